import { errorText } from '@vumi/core';
import { basicHeader } from './credentials.ts';
import { exchange, type Exchange, type Target } from './exchange.ts';
import type { OutboundRequest, RequestOutcome } from './http-port.ts';
import { findTarget, refused, type SenderOptions } from './target.ts';

export const TIMEOUT_MS = 30_000;
export const MAX_BYTES = 1024 * 1024;
/** Node's codes for requests that it does not begin. */
export const UNSENDABLE = /^ERR_(?:HTTP_)?(?:INVALID|UNESCAPED)_/;

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
    const target = await findTarget(url, request, { ...options, signal });
    return 'kind' in target ? target : ask(request, target, signal);
  };
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

/** Name and password of the URL become Basic credentials. */
export function toExchange(
  request: Pick<OutboundRequest, 'method' | 'headers' | 'body'>,
  target: Target,
): Exchange {
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
