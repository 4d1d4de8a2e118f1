import { sleep } from '@vumi/core';
import type {
  BadRequest,
  DoublePlace,
  Got,
  NetworkTurn,
  Told,
  TransportDouble,
  UserText,
} from './transport-double.ts';

/** All secrets of a double: none may show anywhere. */
export const SECRET = 'pearl-under-the-sea';
const POLL_MS = 20;

export type State = 'pending' | 'delivered' | 'failed';

/** A request of a phone, below the place of the transport. */
export interface PhoneCall {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer<ArrayBuffer>;
}

/** A message that it was handed. */
export interface Handed {
  readonly id: string;
  readonly to: string;
  readonly content: string;
}

/** How an app speaks that makes a phone a gateway. */
export interface PhoneDialect {
  readonly config: Readonly<Record<string, unknown>>;
  poll(): PhoneCall;
  /** `id` is unique unless the test names one. */
  bring(text: UserText, id: string): PhoneCall;
  /** Whether the answer says that what was brought is taken. */
  isTaken(body: string, id: string): boolean;
  /** Says that it has them. */
  confirm(ids: readonly string[]): PhoneCall;
  report(id: string, state: State, text?: string): PhoneCall;
  handed(body: string): readonly Handed[];
  /** What a nack says of a failure for which the phone has this text. */
  refusal(text: string): string;
  badRequests(): Readonly<
    Record<number, readonly (Omit<BadRequest, 'send'> & { readonly call: PhoneCall })[]>
  >;
}

/** A phone that asks for what to send, sends each message once, however often it is handed out, and says what became of it. */
export class PhoneDouble implements TransportDouble {
  readonly secret = SECRET;
  readonly got: (Got & { readonly id: string })[] = [];
  readonly replies = 'as messages';
  readonly impatient = {};
  readonly oddText = 'Héllo 😀 שלום \u202e 100% a+b&c=d';
  readonly words: TransportDouble['words'];
  readonly #place: DoublePlace;
  readonly #dialect: PhoneDialect;
  readonly #turns: NetworkTurn[] = [];
  readonly #closing = new AbortController();
  readonly #polling: Promise<void>;
  #isAway = false;
  #count = 0;

  constructor(place: DoublePlace, dialect: PhoneDialect) {
    this.#place = place;
    this.#dialect = dialect;
    this.words = { away: 'not_polled', refusal: (text) => dialect.refusal(text) };
    this.#polling = this.#poll();
  }

  get config(): Readonly<Record<string, unknown>> {
    return { reply_delay: 0, ...this.#dialect.config, ...(this.#isAway ? { poll_timeout: 0.2 } : {}) };
  }

  async bring(text: UserText, signal?: AbortSignal): Promise<Told> {
    this.#count += 1;
    const id = text.id ?? `in${this.#count}`;
    const { status, body } = await this.#call(this.#dialect.bring(text, id), signal);
    if (status === 503) return { kind: 'later', text: body };
    await this.#take(body);
    return { kind: this.#dialect.isTaken(body, id) ? 'taken' : 'refused', text: body };
  }

  will(...turns: readonly NetworkTurn[]): void {
    this.#turns.push(...turns);
  }

  away(): Promise<void> {
    this.#isAway = true;
    return Promise.resolve();
  }

  back(): Promise<void> {
    this.#isAway = false;
    return Promise.resolve();
  }

  async report(of: { readonly nth: number } | { readonly id: string }, state: State): Promise<void> {
    const id = 'id' in of ? of.id : (this.got[of.nth - 1]?.id ?? '');
    const { status } = await this.#call(this.#dialect.report(id, state));
    if (status !== 200) throw new Error(`a report was answered ${status}`);
  }

  badRequests(): Readonly<Record<number, readonly BadRequest[]>> {
    const send = async (call: PhoneCall): Promise<string> => {
      const { status, body } = await this.#call(call);
      return `${status} ${body}`;
    };
    return Object.fromEntries(
      Object.entries(this.#dialect.badRequests()).map(([number, calls]) => [
        number,
        calls.map(({ call, ...about }) => ({ ...about, send: () => send(call) })),
      ]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error('the phone is off'));
    await this.#polling;
  }

  async #poll(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      // The transport may be away.
      if (!this.#isAway) await this.#ask(signal).catch(() => {});
      await sleep(POLL_MS, signal).catch(() => {});
    }
  }

  async #ask(signal: AbortSignal): Promise<void> {
    if (this.#place.url === '') return;
    const { status, body } = await this.#call(this.#dialect.poll(), signal);
    if (status === 200) await this.#take(body);
  }

  async #take(body: string): Promise<void> {
    const taken: string[] = [];
    for (const { id, to, content } of this.#dialect.handed(body)) {
      const isNew = !this.got.some((one) => one.id === id);
      if (isNew) this.got.push({ id, to, content, at: performance.now() });
      const turn = this.#turns.shift() ?? 'accept';
      if (typeof turn === 'object' && 'refuse' in turn)
        await this.#call(this.#dialect.report(id, 'failed', turn.refuse));
      else if (turn === 'accept') taken.push(id);
    }
    if (taken.length === 0) return;
    // The answer may hold others.
    const { status, body: more } = await this.#call(this.#dialect.confirm(taken));
    if (status === 200) await this.#take(more);
  }

  async #call(
    { method = 'POST', path, headers = {}, body }: PhoneCall,
    signal?: AbortSignal,
  ): Promise<{ readonly status: number; readonly body: string }> {
    const answer = await fetch(this.#place.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: signal ?? null,
    });
    return { status: answer.status, body: await answer.text() };
  }
}
