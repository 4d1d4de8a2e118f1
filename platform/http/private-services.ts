import { BlockList } from 'node:net';
import { parsePrivateService, type PrivateService } from '@vumi/core';
import { isPublicAddress } from './public-address.ts';

/**
 * Where a host that was opened by its name may be, beside public addresses. Its name says nothing of the machine that the platform runs on, nor
 * of what clouds keep on link-local addresses: those take a network, or the name of the machine itself.
 */
const PRIVATE = blockList([
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['fc00::', 7],
]);
const LOOPBACK = blockList([
  ['127.0.0.0', 8],
  ['::1', 128],
]);
const THIS_MACHINE = 'localhost';

type Family = 4 | 6;

/** One end of a connection to be made. */
export interface Endpoint {
  /** As the URL has it, without a final dot. */
  readonly host: string;
  readonly address: string;
  readonly family: Family;
  readonly port: number;
}

function kindOf(family: Family): 'ipv4' | 'ipv6' {
  return family === 4 ? 'ipv4' : 'ipv6';
}

function blockList(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks)
    list.addSubnet(network, prefix, kindOf(network.includes(':') ? 6 : 4));
  return list;
}

interface Opened {
  readonly service: PrivateService;
  /** Of a network. */
  readonly addresses: BlockList | null;
}

/** What an operator has opened for the apps of an account, beside the public internet. */
export class PrivateServices {
  readonly #opened: readonly Opened[];

  constructor(texts: readonly string[] = []) {
    this.#opened = texts
      .map(parsePrivateService)
      .filter((service) => service !== null)
      .map((service) => {
        if (!('network' in service.at)) return { service, addresses: null };
        const { address, prefix } = service.at.network;
        return { service, addresses: blockList([[address, prefix]]) };
      });
  }

  /** Whether some service is at this port: others need not be looked for. */
  hasPort(port: number): boolean {
    return this.#opened.some(({ service }) => isAt(service, port));
  }

  includes(endpoint: Endpoint): boolean {
    return this.#opened.some(
      (opened) => isAt(opened.service, endpoint.port) && this.#isThere(opened, endpoint),
    );
  }

  /** Whether the name was opened, wherever it may lead. */
  names(host: string): boolean {
    return this.#opened.some(({ service: { at } }) => 'host' in at && at.host === host);
  }

  #isThere({ service: { at }, addresses }: Opened, { host, address, family }: Endpoint): boolean {
    const kind = kindOf(family);
    if (addresses !== null) return addresses.check(address, kind);
    if (!('host' in at) || at.host !== host) return false;
    if (PRIVATE.check(address, kind) || isPublicAddress(address)) return true;
    return host === THIS_MACHINE && LOOPBACK.check(address, kind);
  }
}

function isAt({ ports }: PrivateService, port: number): boolean {
  return ports.some(([from, to]) => port >= from && port <= to);
}

/** Nothing is opened. */
export const NO_PRIVATE_SERVICES = new PrivateServices();
