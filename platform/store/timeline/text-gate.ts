import { errorText, sleep, type Logger, type NetworkExchange } from '@vumi/core';
import type { Database } from '../database.ts';
import { indexedId } from '../indexed-text.ts';
import { withoutText } from './withheld-text.ts';

export interface TextGateOptions {
  readonly database: Pick<Database, 'query'>;
  /** Takes what may be written. */
  readonly write: (exchange: NetworkExchange) => void;
  readonly logger: Logger;
  /** Between two looks for messages. */
  readonly everyMs?: number;
}

interface Waiting {
  readonly exchange: NetworkExchange;
  looks: number;
  /** The round in which it is looked for next. */
  due: number;
}

interface Recorded {
  readonly id: string;
  readonly secret: boolean;
}

const EVERY_MS = 250;
/** Ids in one look. */
const MOST_ASKED = 500;
/** Further ones are written at once, without what was typed. */
const MOST_WAITING = 5000;
/** Looks for one message, and how many rounds lie between two of them at most: some 50 seconds in all. */
const MOST_LOOKS = 11;
const MOST_ROUNDS = 32;
/** Partitions of older messages are not asked. */
const ASK = `select message_id as id,
    coalesce(body->'helper_metadata'->'vumi'->>'isSecret', '') = 'true' as secret
  from messages where message_id = any($1) and week > current_date - 21`;

/**
 * Lets through what a user typed as soon as its message is recorded, and not before: by then it is known whether it
 * answers a secret question (core/secret-answers.ts). So such an answer is never written here, not even to be taken out
 * again, which a write-ahead log would show. Where the message is not recorded within a minute, is refused, or may never
 * have been one, nobody knows: then all but the text is written.
 */
export class TextGate implements AsyncDisposable {
  readonly #options: TextGateOptions;
  readonly #closing = new AbortController();
  #waiting: Waiting[] = [];
  #round = 0;
  #looking: Promise<void> | null = null;

  constructor(options: TextGateOptions) {
    this.#options = options;
  }

  take(exchange: NetworkExchange): void {
    const { typed, failed } = exchange;
    if (typed === undefined) return this.#options.write(exchange);
    if (typed === 'session' || failed || this.#closing.signal.aborted || this.#waiting.length >= MOST_WAITING)
      return this.#withhold(exchange);
    this.#waiting.push({ exchange, looks: 0, due: this.#round });
    this.#looking ??= this.#look();
  }

  /** Looks once more for what waits; of the rest no text is written. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#looking;
    for (let rest = this.#waiting; rest.length > 0; rest = rest.slice(MOST_ASKED))
      await this.#ask(rest.slice(0, MOST_ASKED));
    for (const { exchange } of this.#waiting.splice(0)) this.#withhold(exchange);
  }

  async #look(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#waiting.length > 0) {
      await sleep(this.#options.everyMs ?? EVERY_MS, signal).catch(() => {});
      if (signal.aborted) break;
      this.#round += 1;
      await this.#ask(this.#waiting.filter(({ due }) => due <= this.#round).slice(0, MOST_ASKED));
    }
    this.#looking = null;
  }

  /** Never rejects. A database that does not answer is asked again. */
  async #ask(asked: readonly Waiting[]): Promise<void> {
    if (asked.length === 0) return;
    try {
      const ids = new Set(asked.map(({ exchange }) => indexedId(exchange.message_id)));
      const rows = await this.#options.database.query<Recorded>(ASK, [[...ids]]);
      this.#letThrough(asked, new Map(rows.map(({ id, secret }) => [id, secret])));
    } catch (error) {
      this.#options.logger.debug({ reason: errorText(error) }, 'could not look for messages of exchanges');
    }
  }

  #letThrough(asked: readonly Waiting[], isSecret: ReadonlyMap<string, boolean>): void {
    const done = new Set<Waiting>();
    for (const one of asked) {
      const { exchange } = one;
      const secret = isSecret.get(indexedId(exchange.message_id));
      one.looks += 1;
      one.due = this.#round + Math.min(2 ** one.looks, MOST_ROUNDS);
      if (secret === undefined && one.looks < MOST_LOOKS) continue;
      done.add(one);
      if (secret === false) this.#options.write(exchange);
      else this.#withhold(exchange);
    }
    this.#waiting = this.#waiting.filter((one) => !done.has(one));
  }

  #withhold(exchange: NetworkExchange): void {
    this.#options.write({ ...exchange, describe: () => withoutText(exchange.describe()) });
  }
}
