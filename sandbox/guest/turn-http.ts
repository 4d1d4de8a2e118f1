import type { Http, HttpOptions, HttpResponse } from '@vumi/sdk';
import {
  apply,
  arrayIndexOf,
  stringToLower,
  freeze,
  isFinite,
  keys,
  parse,
  stringify,
  text,
  andThen,
  TrustedError,
  upper,
} from './primordials.ts';
import type { GuestCall } from '../effects.ts';
import type { Turn } from './turn.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof METHODS)[number];

function checkMethod(method: unknown, hasBody: boolean): Method {
  const name = method === undefined ? (hasBody ? 'POST' : 'GET') : upper(text(method));
  if (apply(arrayIndexOf, METHODS, [name]) === -1)
    throw new TrustedError('method is GET, HEAD, POST, PUT, PATCH or DELETE');
  return name as Method;
}

function copyHeaders(headers: HttpOptions['headers']): Record<string, string> {
  const copy: Record<string, string> = {};
  if (headers === undefined) return copy;
  const names = keys(headers);
  for (let index = 0; index < names.length; index++) {
    const name = names[index];
    if (name !== undefined) copy[apply(stringToLower, name, [])] = text(headers[name]);
  }
  return copy;
}

function checkTimeout(timeout: unknown): number | undefined {
  if (timeout === undefined) return undefined;
  if (!isFinite(timeout) || (timeout as number) <= 0)
    throw new TrustedError('timeout is a number of milliseconds above 0');
  return timeout as number;
}

/** `app.http`. The platform makes the call; here is only its form. */
export class TurnHttp implements Http {
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.#turn = turn;
    freeze(this);
  }

  request(url: string, options: HttpOptions = {}): Promise<HttpResponse> {
    const body = options.json === undefined ? options.body : stringify(options.json);
    if (body !== undefined && typeof body !== 'string')
      throw new TrustedError('body is a text; for a value use json');
    const headers = copyHeaders(options.headers);
    if (options.json !== undefined) headers['content-type'] ??= 'application/json';
    const method = checkMethod(options.method, body !== undefined);
    const call: GuestCall = { call: 'http', url: text(url), method, headers, body: body ?? null };
    const timeout = checkTimeout(options.timeout);
    const answer = this.#turn.call(timeout === undefined ? call : { ...call, timeout });
    return andThen(answer, (value) => asResponse(value as Omit<HttpResponse, 'json'>));
  }
}
freeze(TurnHttp.prototype);

function asResponse(answer: Omit<HttpResponse, 'json'>): HttpResponse {
  return { ...answer, json: <T>() => parse(answer.body) as T };
}
