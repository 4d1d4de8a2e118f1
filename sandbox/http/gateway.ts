import { errorText, VumiError } from '@vumi/core';
import {
  decodeBody,
  exchange,
  isRedirect,
  NO_PRIVATE_SERVICES,
  type Exchange,
  type ExchangeAnswer,
  type PrivateServices,
} from '@vumi/http';
import { checkHost } from './allowed-hosts.ts';
import { parseTarget, resolveTarget, type CallRules, type TargetRules } from './target.ts';

const MAX_REDIRECTS = 5;
/** Not passed on when a redirect leads to another origin. */
const PERSONAL_HEADERS = ['authorization', 'cookie'];
/** What belongs to the connection or would let a tenant speak for another host. */
const FORBIDDEN_HEADERS = new Set([
  'host',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

interface HttpCall {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
  /** The same when the same message is handled again. */
  readonly idempotencyKey: string;
  /** How long it may take; default: the gateway's own limit. */
  readonly timeoutMs?: number | undefined;
  /** How long it may take at most, whatever was asked for. */
  readonly mostMs?: number;
  /** Hosts that may be called, on every hop; absent: all public ones. */
  readonly allow?: readonly string[] | undefined;
  /** What is open to the account beside public hosts; absent: nothing. */
  readonly services?: PrivateServices | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface HttpGateway {
  /** Rejects with a VumiError whose text is for the app's author. */
  request(call: HttpCall): Promise<HttpAnswer>;
}

/** Of the answer that an app of the SDK gets to a call. */
export const HTTP_BYTES = 256 * 1024;

export interface GatewayOptions extends TargetRules {
  /** Of a call that names none. */
  readonly timeoutMs: number;
  /** Of the decoded body. */
  readonly maxBytes: number;
}

function checkHeaders(call: HttpCall): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': 'vumi', 'idempotency-key': call.idempotencyKey };
  for (const [name, value] of Object.entries(call.headers)) {
    const lower = name.toLowerCase();
    if (FORBIDDEN_HEADERS.has(lower) || lower.startsWith('proxy-')) {
      throw new VumiError('request.invalid', `http: the header "${lower}" is the platform's to set`);
    }
    headers[lower] = value;
  }
  return headers;
}

/** What a browser does with a redirect: anything but GET and HEAD becomes GET unless the status says otherwise. */
function follow(
  before: Exchange,
  location: string,
  { status, rules }: { status: number; rules: CallRules },
): Omit<Exchange, 'target'> & { url: URL } {
  const from = before.target.url;
  const url = parseTarget(location, from, rules);
  const keepsMethod = status === 307 || status === 308 || before.method === 'GET' || before.method === 'HEAD';
  const headers = { ...before.headers };
  if (url.origin !== from.origin) for (const name of PERSONAL_HEADERS) delete headers[name];
  if (keepsMethod) return { url, method: before.method, headers, body: before.body };
  delete headers['content-type'];
  return { url, method: 'GET', headers, body: null };
}

function toText({ status, headers, body }: ExchangeAnswer): HttpAnswer {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) shown[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status, headers: shown, body: decodeBody(body, headers['content-type']) };
}

/** A look-up cannot be called off, but nobody has to wait for it. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Makes the HTTP calls of apps. Every hop is resolved, checked and pinned anew (spec sandbox-security §3.6). */
export function createHttpGateway(options: GatewayOptions): HttpGateway {
  async function run(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
    const rules: CallRules = { ...options, services: call.services ?? NO_PRIVATE_SERVICES };
    let url = parseTarget(call.url, undefined, rules);
    let next = { method: call.method, headers: checkHeaders(call), body: call.body };
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      checkHost(url, call.allow);
      const sent: Exchange = { ...next, target: await unlessAborted(resolveTarget(url, rules), signal) };
      const answer = await exchange(sent, { signal, maxBytes: options.maxBytes });
      const { location } = answer.headers;
      if (!isRedirect(answer.status) || location === undefined) return toText(answer);
      ({ url, ...next } = follow(sent, location, { status: answer.status, rules }));
    }
    throw new VumiError('request.invalid', `http: more than ${MAX_REDIRECTS} redirects`);
  }

  return {
    async request(call) {
      const asked = call.timeoutMs ?? options.timeoutMs;
      const timeoutMs = Math.max(1, Math.ceil(Math.min(asked, call.mostMs ?? asked)));
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        return await run(call, signal);
      } catch (error) {
        if (error instanceof VumiError) throw error;
        const reason = signal.aborted ? `no answer within ${timeoutMs / 1000} s` : errorText(error);
        throw new VumiError('request.invalid', `http: ${reason}`, { cause: error });
      }
    },
  };
}
