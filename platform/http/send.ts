import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { errorText } from '@vumi/core';
import { basicHeader } from './credentials.ts';
import { exchange, type Exchange, type Target } from './exchange.ts';
import { findAddresses } from './find-addresses.ts';
import type { OutboundRequest, RequestOutcome } from './http-port.ts';
import { NO_PRIVATE_SERVICES, PrivateServices } from './private-services.ts';
import { isPublicAddress } from './public-address.ts';
import { hostOf, portOf } from './url-parts.ts';

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 1024 * 1024;
/** Of public addresses, what accounts may ask. */
const WEB_PORTS: ReadonlySet<number> = new Set([80, 443]);
/** Node's codes for requests that it does not begin. */
const UNSENDABLE = /^ERR_(?:HTTP_)?(?:INVALID|UNESCAPED)_/;

export interface SenderOptions {
  /** All addresses of a host. Default: what the system finds. */
  readonly lookup?: (host: string) => Promise<readonly LookupAddress[]>;
  /** Which addresses may be asked without `allowPrivate`. Default: public ones. */
  readonly isPublic?: (address: string) => boolean;
}

type Failure = Extract<RequestOutcome, { readonly reason: string }>;

function refused(reason: string): Failure {
  return { kind: 'refused', reason };
}

/**
 * Makes requests of workers, each over a connection of its own: one that was kept may have been closed meanwhile, which
 * would make an outcome uncertain that need not be (spec channels §1.2).
 */
export function createSender(
  options: SenderOptions = {},
): (request: OutboundRequest) => Promise<RequestOutcome> {
  return async (request) => {
    const url = URL.parse(request.url);
    if (url === null) return refused(`"${request.url}" is no URL`);
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      return refused('only http and https are asked');
    const timeout = AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
    const target = await resolve(url, request, { ...options, signal });
    return 'kind' in target ? target : ask(request, target, signal);
  };
}

async function resolve(
  url: URL,
  request: OutboundRequest,
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
  { allowPrivate = false, privateServices }: OutboundRequest,
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

async function ask(request: OutboundRequest, target: Target, signal: AbortSignal): Promise<RequestOutcome> {
  let connected = false;
  const limits = { signal, maxBytes: MAX_BYTES, onConnected: () => void (connected = true) };
  try {
    return { kind: 'answered', ...(await exchange(toExchange(request, target), limits)) };
  } catch (error) {
    const ms = request.timeoutMs ?? TIMEOUT_MS;
    const reason =
      request.signal?.aborted === true
        ? 'it was given up'
        : signal.aborted
          ? `no answer within ${ms / 1000} s`
          : errorText(error);
    // No later attempt will do better with a header or a method that HTTP has not.
    if (!connected && UNSENDABLE.test(String((error as NodeJS.ErrnoException).code))) return refused(reason);
    return { kind: connected ? 'uncertain' : 'not_sent', reason };
  }
}

function toExchange(request: OutboundRequest, target: Target): Exchange {
  const headers: Record<string, string> = { 'user-agent': 'vumi' };
  const { username, password } = target.url;
  if (username !== '' || password !== '')
    headers['authorization'] = basicHeader(decodeURIComponent(username), decodeURIComponent(password));
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  const url = new URL(target.url);
  url.username = '';
  url.password = '';
  return { target: { ...target, url }, method: request.method, headers, body: request.body ?? null };
}
