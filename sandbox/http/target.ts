import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { errorText, VumiError } from '@vumi/core';
import {
  findAddresses,
  hostOf,
  isPublicAddress,
  portOf,
  type PrivateServices,
  type Target,
} from '@vumi/http';

const PROTOCOLS = new Set(['http:', 'https:']);
const ALLOWED_PORTS = new Set([80, 443]);

export interface TargetRules {
  /** Lets calls reach any address and port. For tests and for closed networks. */
  readonly allowPrivate: boolean;
  /** All addresses of a host. Default: what the system finds. */
  readonly lookup?: (host: string) => Promise<readonly LookupAddress[]>;
  /** Which ports of public addresses may be called. Default: 80 and 443. */
  readonly ports?: ReadonlySet<number>;
  /** Which addresses may be called. Default: public ones. */
  readonly isPublic?: (address: string) => boolean;
}

/** The rules for a call, with what is open to its account beside them. */
export interface CallRules extends TargetRules {
  readonly services: PrivateServices;
}

/** Said of ports, and of addresses that are nobody else's. */
const OPENED = 'an operator opens others to an account: npx vumi account private-services ACCOUNT HOST:PORT';
const OTHER_PORT = `only ports 80 and 443 are allowed; ${OPENED}`;

function refuse(text: string): VumiError {
  return new VumiError('request.invalid', `http: ${text}`);
}

export function parseTarget(text: string, base: URL | undefined, rules: CallRules): URL {
  const url = URL.parse(text, base?.href);
  if (url === null) throw refuse('this is no URL');
  if (!PROTOCOLS.has(url.protocol)) throw refuse('only http and https are allowed');
  if (url.username !== '' || url.password !== '')
    throw refuse('put credentials into a header, not into the URL');
  const { allowPrivate, ports = ALLOWED_PORTS, services } = rules;
  const port = portOf(url);
  if (!allowPrivate && !ports.has(port) && !services.hasPort(port)) throw refuse(OTHER_PORT);
  return url;
}

/** Resolves the host once. One address that may not be called is enough to refuse it. */
export async function resolveTarget(url: URL, rules: CallRules): Promise<Target> {
  const host = hostOf(url);
  const addresses = isIP(host) === 0 ? await find(host, rules) : [{ address: host, family: isIP(host) }];
  const [first] = addresses;
  if (first === undefined) throw refuse(`${url.hostname} has no address`);
  if (!rules.allowPrivate) for (const { address } of addresses) checkAddress(url, address, rules);
  return { url, address: first.address, family: familyOf(first.address) };
}

function familyOf(address: string): 4 | 6 {
  return isIP(address) === 6 ? 6 : 4;
}

function checkAddress(url: URL, address: string, rules: CallRules): void {
  const { isPublic = isPublicAddress, ports = ALLOWED_PORTS, services } = rules;
  const host = hostOf(url);
  const port = portOf(url);
  if (services.includes({ host, address, family: familyOf(address), port })) return;
  if (isPublic(address) && ports.has(port)) return;
  if (services.names(host))
    throw refuse(`${host} is open to this account, but not port ${port} of ${address}`);
  if (isPublic(address)) throw refuse(OTHER_PORT);
  throw refuse(`${url.hostname} is not a public address; ${OPENED}`);
}

async function find(host: string, rules: TargetRules): Promise<readonly LookupAddress[]> {
  try {
    return await (rules.lookup ?? findAddresses)(host);
  } catch (error) {
    throw new VumiError('request.invalid', `http: ${host} cannot be found (${errorText(error)})`, {
      cause: error,
    });
  }
}
