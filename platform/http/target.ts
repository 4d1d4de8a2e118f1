import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { errorText } from '@vumi/core';
import type { Target } from './exchange.ts';
import { findAddresses } from './find-addresses.ts';
import type { OutboundRequest, RequestOutcome } from './http-port.ts';
import { NO_PRIVATE_SERVICES, PrivateServices } from './private-services.ts';
import { isPublicAddress } from './public-address.ts';
import { hostOf, portOf } from './url-parts.ts';

/** Of public addresses, what accounts may ask. */
const WEB_PORTS: ReadonlySet<number> = new Set([80, 443]);

export interface SenderOptions {
  /** All addresses of a host. Default: what the system finds. */
  readonly lookup?: (host: string) => Promise<readonly LookupAddress[]>;
  /** Which addresses may be asked without `allowPrivate`. Default: public ones. */
  readonly isPublic?: (address: string) => boolean;
}

export type Failure = Extract<RequestOutcome, { readonly kind: 'not_sent' | 'refused' }>;
type Asking = Pick<OutboundRequest, 'allowPrivate' | 'privateServices'>;

export function refused(reason: string): Failure {
  return { kind: 'refused', reason };
}

/** The address that a request goes to, which is checked here and kept; or why it goes nowhere. */
export async function findTarget(
  url: URL,
  request: Asking,
  options: SenderOptions & { signal: AbortSignal },
): Promise<Target | Failure> {
  const { lookup = findAddresses, signal } = options;
  const host = hostOf(url);
  try {
    const found = isIP(host) === 0 ? await beforeAbort(lookup(host), signal) : [{ address: host }];
    const [first] = found;
    if (first === undefined) return { kind: 'not_sent', reason: `${host} has no address` };
    const may = permissionOf(url, request, options);
    // One address that may not be asked is enough: another answer of DNS must not lead there.
    if (!found.every(({ address }) => may(address)))
      return refused(
        `port ${portOf(url)} of ${host} is not public, and not open to this account or worker: an administrator opens it (npx vumi account private-services), a worker of the operator's has allow_private`,
      );
    return { url, address: first.address, family: familyOf(first.address) };
  } catch (error) {
    return { kind: 'not_sent', reason: `${host} cannot be found (${errorText(error)})` };
  }
}

/** Operators ask whom they like; accounts ask what their apps may: the web, and what was opened to them. */
function permissionOf(
  url: URL,
  { allowPrivate = false, privateServices }: Asking,
  { isPublic = isPublicAddress }: SenderOptions,
): (address: string) => boolean {
  const host = hostOf(url);
  const port = portOf(url);
  const services = privateServices === undefined ? NO_PRIVATE_SERVICES : new PrivateServices(privateServices);
  const isOpen = privateServices === undefined || WEB_PORTS.has(port);
  return (address) =>
    allowPrivate ||
    (isOpen && isPublic(address)) ||
    services.includes({ host, address, family: familyOf(address), port });
}

function familyOf(address: string): 4 | 6 {
  return isIP(address) === 6 ? 6 : 4;
}

/** A look-up cannot be called off, but nobody has to wait for it. */
async function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(new Error('no answer in time'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
