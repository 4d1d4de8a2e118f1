import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { errorText, VumiError } from '@vumi/core';
import { findAddresses } from './find-addresses.ts';
import { isPublicAddress } from './public-address.ts';

const PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };
const ALLOWED_PORTS = new Set([80, 443]);

/** Where a call goes: the address is decided once and then held fast, so that no second answer of DNS can change it. */
export interface Target {
  readonly url: URL;
  readonly address: string;
  readonly family: 4 | 6;
}

export interface TargetRules {
  /** Lets calls reach any address and port. For tests and for closed networks. */
  readonly allowPrivate: boolean;
  /** All addresses of a host. Default: what the system finds. */
  readonly lookup?: (host: string) => Promise<readonly LookupAddress[]>;
  /** Which ports may be called. Default: 80 and 443. */
  readonly ports?: ReadonlySet<number>;
  /** Which addresses may be called. Default: public ones. */
  readonly isPublic?: (address: string) => boolean;
}

function refuse(text: string): VumiError {
  return new VumiError('request.invalid', `http: ${text}`);
}

export function parseTarget(text: string, base: URL | undefined, rules: TargetRules): URL {
  const url = URL.parse(text, base?.href);
  if (url === null) throw refuse('this is no URL');
  const port = PORTS[url.protocol];
  if (port === undefined) throw refuse('only http and https are allowed');
  if (url.username !== '' || url.password !== '')
    throw refuse('put credentials into a header, not into the URL');
  const { ports = ALLOWED_PORTS } = rules;
  if (!rules.allowPrivate && !ports.has(Number(url.port || port)))
    throw refuse('only ports 80 and 443 are allowed');
  return url;
}

/** Resolves the host once. One private address among its addresses is enough to refuse it. */
export async function resolveTarget(url: URL, rules: TargetRules): Promise<Target> {
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const addresses = isIP(host) === 0 ? await find(host, rules) : [{ address: host, family: isIP(host) }];
  const { isPublic = isPublicAddress } = rules;
  if (!rules.allowPrivate && !addresses.every(({ address }) => isPublic(address))) {
    throw refuse(`${url.hostname} is not a public address`);
  }
  const first = addresses[0];
  if (first === undefined) throw refuse(`${url.hostname} has no address`);
  return { url, address: first.address, family: first.family === 6 ? 6 : 4 };
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
