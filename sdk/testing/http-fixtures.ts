import { nearest, VumiError } from '@vumi/core';
import { HTTP_BYTES, type HttpAnswer, type HttpGateway } from '@vumi/sandbox';
import type { FixtureOptions, HttpFixtures, HttpReply, HttpRequest } from './api.ts';

/** How a fault begins that a call has for which no fixture is there. */
export const NO_FIXTURE = 'no fixture answers';

type Call = Parameters<HttpGateway['request']>[0];

interface Fixture extends FixtureOptions {
  readonly method: string;
  readonly url: string | RegExp;
  readonly reply: HttpReply | ((request: HttpRequest) => HttpReply);
  left: number;
}

/** Stands in place of the network. A call of a message gets the same answer however often the message is handled. */
export class Fixtures implements HttpFixtures, HttpGateway {
  readonly calls: HttpRequest[] = [];
  /** What is wrong with calls that nothing was there for. */
  readonly faults: string[] = [];
  readonly #fixtures: Fixture[] = [];
  readonly #answered = new Map<string, Promise<HttpAnswer>>();

  on(
    method: string,
    url: string | RegExp,
    reply: Fixture['reply'],
    { times = Infinity, ...options }: FixtureOptions = {},
  ): void {
    this.#fixtures.unshift({ method: method.toUpperCase(), url, reply, left: times, ...options });
  }

  /** Forgets what was called; fixtures stay as they are. */
  forget(): void {
    this.calls.length = 0;
    this.faults.length = 0;
    this.#answered.clear();
  }

  async request(call: Call): Promise<HttpAnswer> {
    const name = `${call.idempotencyKey} ${call.method} ${call.url}`;
    const known = this.#answered.get(name);
    if (known !== undefined) return known;
    const answer = this.#answer(call);
    answer.catch(() => undefined);
    this.#answered.set(name, answer);
    return answer;
  }

  async #answer({ method, url, headers, body }: Call): Promise<HttpAnswer> {
    const request = { method, url, headers, body: body === null ? null : String(body) };
    this.calls.push(request);
    const found = this.#fixtures.find((fixture) => fixture.left > 0 && meets(fixture, request));
    if (found === undefined) {
      const fault = this.#unmatched(request);
      this.faults.push(fault);
      throw new VumiError('request.invalid', `http: ${fault}`);
    }
    found.left -= 1;
    const reply = typeof found.reply === 'function' ? found.reply(request) : found.reply;
    if (reply.fails !== undefined) throw new VumiError('request.invalid', `http: ${reply.fails}`);
    const answer = toAnswer(reply);
    if (Buffer.byteLength(answer.body) > HTTP_BYTES)
      throw new VumiError('request.invalid', `http: the answer is longer than ${HTTP_BYTES} bytes`);
    return answer;
  }

  #unmatched({ method, url }: HttpRequest): string {
    const called = `${method} ${url}`;
    const names = this.#fixtures.map(nameOf);
    if (names.length === 0)
      return `${NO_FIXTURE} ${called}; there are none yet: world.http.on('${method}', '${url}', { json: … })`;
    const meant = nearest(called, names);
    const hint = meant === undefined ? '' : `; the nearest is ${meant}`;
    return `${NO_FIXTURE} ${called}${hint}; there are ${names.join(', ')}`;
  }
}

function meets({ method, url, when }: Fixture, request: HttpRequest): boolean {
  if (method !== request.method) return false;
  const isThere = typeof url === 'string' ? url === request.url : url.test(request.url);
  return isThere && (when === undefined || when(request));
}

function nameOf({ method, url, left }: Fixture): string {
  return `${method} ${String(url)}${left > 0 ? '' : ' (used up)'}`;
}

function toAnswer({ status = 200, headers = {}, json, body }: HttpReply): HttpAnswer {
  if (json === undefined) return { status, headers, body: body ?? '' };
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(json),
  };
}
