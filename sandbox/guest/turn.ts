import type { GuestCall, GuestLogLine, GuestSend, GuestWrite } from '../effects.ts';
import type { TalkNote } from '@vumi/core/talks';
import { noRoute } from '../no-route.ts';
import type { Answer, GuestLimits, Post, TurnStart } from './host.ts';
import {
  deleteIn,
  forEachIn,
  getIn,
  hasOwn,
  resolved,
  setIn,
  stringify,
  andThen,
  TrustedError,
  TrustedMap,
  TrustedPromise,
} from './primordials.ts';

/** Text and fields of a line, each of their characters escaped. */
const LINE_LENGTH = 16_384;
/** As the platform's own (effects.ts), which no guest can import. */
const MOST_NOTES = 20;

/** Of two spellings of a number the same; the dispatcher knows the others. */
function plain(address: string): string {
  return address[0] === '+' ? address : `+${address}`;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * One run of a handler: its effects so far, what it has used of its limits, and the calls that it waits for. Limits
 * are counted here, at the source, where a flood ends as an exception (spec sandbox-security §2.6, rule 4).
 */
export class Turn {
  readonly number: number;
  readonly now: number;
  readonly mustFit: boolean;
  readonly isOwnKeyword: boolean;
  readonly limits: GuestLimits;
  /** State as this handler has left it, by scope and key. */
  readonly writes = new TrustedMap<string, GuestWrite>();
  readonly #post: Post;
  readonly #ids: readonly string[];
  readonly #endpoints: TurnStart['endpoints'];
  readonly #kept: Record<string, unknown>;
  /** JSON, item by item: what is sent is as it was when it was said, and is not put into JSON twice. */
  #sends = '';
  #silent: string | null = null;
  #notes = '';
  #sendCount = 0;
  #noteCount = 0;
  readonly #waiting = new TrustedMap<number, Waiting>();
  #allIds: Promise<readonly string[]> | null = null;
  #calls = 0;
  #httpCalls = 0;
  #logLines = 0;
  #bytes = 0;
  #written = 0;
  #finished = false;
  #isLate = false;

  constructor(number: number, start: TurnStart, surroundings: { post: Post; limits: GuestLimits }) {
    this.number = number;
    this.now = start.now;
    this.mustFit = start.mustFit === true;
    this.isOwnKeyword = start.isOwnKeyword === true;
    this.#ids = start.ids;
    this.#endpoints = start.endpoints;
    this.#kept = start.kept ?? {};
    this.#post = surroundings.post;
    this.limits = surroundings.limits;
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** What the host sent along of the user's state, once: whoever has it may change it. Undefined: it is to be asked for. */
  takeKept(key: string): unknown {
    if (!hasOwn(this.#kept, key)) return undefined;
    const value = this.#kept[key];
    delete this.#kept[key];
    return value;
  }

  /** Counts a text against the limits of size. */
  charge(value: string): void {
    this.#mustRun();
    this.#bytes += value.length;
    if (value.length > this.limits.value_bytes) {
      throw new TrustedError(
        `limit: a value may have ${this.limits.value_bytes} characters, not ${value.length}`,
      );
    }
    if (this.#bytes > this.limits.total_bytes) {
      throw new TrustedError(
        `limit: a message may write and send ${this.limits.total_bytes} characters in all`,
      );
    }
  }

  /** Counts a key that this handler has not written before. */
  countWrite(): void {
    if (++this.#written > this.limits.writes)
      throw new TrustedError(`limit: a message may write ${this.limits.writes} keys of state`);
  }

  /** Asks the host; resolves to its answer. */
  call(call: GuestCall): Promise<unknown> {
    this.#mustRun();
    const id = ++this.#calls;
    if (id > this.limits.host_calls) {
      throw new TrustedError(`limit: a message may make ${this.limits.host_calls} calls`);
    }
    if (call.call === 'http' && ++this.#httpCalls > this.limits.http_calls) {
      throw new TrustedError(`limit: a message may make ${this.limits.http_calls} HTTP calls`);
    }
    const body = stringify([id, call]);
    this.charge(body);
    return new TrustedPromise((resolve, reject) => {
      setIn(this.#waiting, id, { resolve, reject });
      this.#post('call', this.number, body);
    });
  }

  /** Read by index: taking an array apart would call an iterator that a tenant may have replaced. */
  settle(answer: Answer): void {
    const waiting = getIn(this.#waiting, answer[0]);
    if (waiting === undefined) return;
    deleteIn(this.#waiting, answer[0]);
    if (answer[1]) waiting.resolve(answer[2]);
    else waiting.reject(new TrustedError(answer[2] as string));
  }

  /** From now on nothing is sent to this address: it has just opted out. */
  silence(address: string): void {
    this.#silent = plain(address);
  }

  /** Throws where nothing may be sent to the address in this turn. */
  checkAddress(address: string): void {
    if (this.#silent === null || plain(address) !== this.#silent) return;
    throw new TrustedError(`${address} has opted out just now: nothing is sent to it, not even a goodbye`);
  }

  /** Throws what the author has to do where nothing leaves by the endpoint. */
  checkEndpoint(endpoint: string): void {
    const faults = this.#endpoints;
    if (faults === undefined) return;
    const fault = hasOwn(faults, endpoint) ? faults[endpoint] : noRoute(endpoint);
    if (typeof fault === 'string') throw new TrustedError(fault);
  }

  /** Adds an outgoing message; resolves to the id that it will have. */
  send(send: GuestSend): Promise<string> {
    const json = stringify(send);
    this.charge(json);
    // Only what is really sent takes an id: a send that was refused must not shift those after it.
    const index = this.#sendCount;
    if (index >= this.limits.sends) {
      throw new TrustedError(`limit: a message may send ${this.limits.sends} messages`);
    }
    this.#sendCount += 1;
    this.#sends += index === 0 ? json : `,${json}`;
    const id = this.#ids[index];
    if (id !== undefined) return resolved(id);
    this.#allIds ??= this.call({ call: 'ids' }) as Promise<readonly string[]>;
    return andThen(this.#allIds, (ids) => ids[index] ?? '');
  }

  /** What is counted of a conversation; what is too much is not. */
  note(note: TalkNote): void {
    if (this.#finished || this.#noteCount >= MOST_NOTES) return;
    this.#notes += this.#noteCount === 0 ? stringify(note) : `,${stringify(note)}`;
    this.#noteCount += 1;
  }

  log(line: GuestLogLine): void {
    if (this.#finished) return this.tellLate();
    if (++this.#logLines > this.limits.log_lines) return;
    const body: unknown = stringify(line);
    // Its parts are short, but a tenant's toJSON has the last word on what becomes of them.
    if (typeof body === 'string' && body.length <= LINE_LENGTH) this.#post('log', this.number, body);
  }

  /** Hands the effects over; whatever the tenant's code still does is without effect. */
  finish(): void {
    if (this.#finished) return;
    let writes = '';
    forEachIn(this.writes, (write) => {
      writes += writes === '' ? stringify(write) : `,${stringify(write)}`;
    });
    let open = '';
    forEachIn(this.#waiting, (_, id) => {
      open += open === '' ? `${id}` : `,${id}`;
    });
    let effects = `{"sends":[${this.#sends}],"writes":[${writes}]`;
    if (open !== '') effects += `,"open":[${open}]`;
    if (this.#noteCount > 0) effects += `,"talk":[${this.#notes}]`;
    effects += '}';
    // Text passes twice through JSON at most: a tenant's toJSON could still make it any size.
    if (effects.length > 4 * this.limits.total_bytes + 65_536) {
      throw new TrustedError('limit: the effects of this message are too large');
    }
    this.#finished = true;
    this.#post('done', this.number, effects);
  }

  fail(stack: string): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#post('threw', this.number, stack);
  }

  drop(): void {
    this.#finished = true;
  }

  /** Whatever code does after its handler has ended is dropped; the author is told of it once. */
  tellLate(): void {
    if (this.#isLate) return;
    this.#isLate = true;
    this.#post('late', this.number, '');
  }

  #mustRun(): void {
    if (!this.#finished) return;
    this.tellLate();
    throw new TrustedError('the handler of this message has finished: await what it starts');
  }
}
