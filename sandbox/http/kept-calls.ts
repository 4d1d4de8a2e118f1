import { isDeepStrictEqual } from 'node:util';
import type { HttpAnswer, HttpGateway } from './gateway.ts';

type HttpCall = Parameters<HttpGateway['request']>[0];

interface Made {
  readonly call: HttpCall;
  readonly answer: Promise<HttpAnswer>;
}

/**
 * The HTTP calls of one message. When its handler is run again, because its process died, a call that it has made is not
 * made again: it gets the answer that the first one got or will get.
 */
export class KeptCalls implements HttpGateway {
  readonly #gateway: HttpGateway;
  readonly #onRepeat: (call: HttpCall) => void;
  readonly #mayHaveRun: boolean;
  /** By the idempotency key, which is the number of the call. */
  readonly #made = new Map<string, Made>();

  /**
   * `mayHaveRun`: the message may have been handled before by another process, whose calls nobody knows. `onRepeat` is
   * told of calls that a service may see twice.
   */
  constructor(gateway: HttpGateway, mayHaveRun: boolean, onRepeat: (call: HttpCall) => void) {
    this.#gateway = gateway;
    this.#mayHaveRun = mayHaveRun;
    this.#onRepeat = onRepeat;
  }

  request(call: HttpCall): Promise<HttpAnswer> {
    const made = this.#made.get(call.idempotencyKey);
    if (made !== undefined && isSame(made.call, call)) return made.answer;
    if (made !== undefined || this.#mayHaveRun) this.#onRepeat(call);
    const answer = this.#gateway.request(call);
    this.#made.set(call.idempotencyKey, { call, answer });
    return answer;
  }
}

/** Whether a service would see the same; how long it may take for it is another matter. */
function isSame({ mostMs: _most, ...one }: HttpCall, { mostMs: _more, ...other }: HttpCall): boolean {
  return isDeepStrictEqual(one, other);
}
