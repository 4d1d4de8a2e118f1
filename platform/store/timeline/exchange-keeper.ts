import type { Clock, ExchangeBook, NetworkExchange } from '@vumi/core';
import { LRUCache } from 'lru-cache';
import { ExchangeBudget } from './exchange-budget.ts';

/** Which exchanges are kept: none; of what failed; some of the rest too, as many as cost little; all of them. */
export const EXCHANGE_KEEPING = ['off', 'failed', 'some', 'all'] as const;
export type ExchangeKeeping = (typeof EXCHANGE_KEEPING)[number];

export interface ExchangeKeeperOptions {
  readonly keep: ExchangeKeeping;
  /** Of what did not fail, with `some`; after a rest twenty times as many at once. */
  readonly perSecond: number;
  readonly clock: Clock;
  /** Takes what is kept. */
  readonly write: (exchange: NetworkExchange) => void;
}

/** Whoever fails all the time must not fill the database: later failures look like the first ones. */
const FAILED_PER_SECOND = 100;
const FAILED_BURST = 2000;
const BURST_SECONDS = 20;
/** Messages whose exchanges were not written are remembered so long, in case they fail after all. */
const REMEMBERED = 2000;
/** Of one message, such as one that its network puts off again and again: the newest. */
const REMEMBERED_OF_ONE = 20;

/**
 * Decides what is kept. What went well and was not written waits in memory: when the message fails later, as a receipt may
 * tell, what was said before is written with it.
 */
export class ExchangeKeeper implements ExchangeBook {
  readonly #options: ExchangeKeeperOptions;
  readonly #some: ExchangeBudget;
  readonly #failed: ExchangeBudget;
  readonly #remembered = new LRUCache<string, NetworkExchange[]>({ max: REMEMBERED });

  constructor(options: ExchangeKeeperOptions) {
    const { perSecond, clock } = options;
    this.#options = options;
    this.#some = new ExchangeBudget({ perSecond, burst: perSecond * BURST_SECONDS, clock });
    this.#failed = new ExchangeBudget({ perSecond: FAILED_PER_SECOND, burst: FAILED_BURST, clock });
  }

  note(exchange: NetworkExchange): void {
    const { keep, write } = this.#options;
    if (keep === 'off') return;
    if (keep === 'all') return write(exchange);
    if (exchange.failed) {
      if (this.#failed.take()) this.#writeAll(exchange);
    } else if (keep === 'some' && this.#some.take()) write(exchange);
    else this.#remember(exchange);
  }

  #writeAll(exchange: NetworkExchange): void {
    const before = this.#remembered.get(exchange.message_id) ?? [];
    this.#remembered.delete(exchange.message_id);
    for (const one of [...before, exchange]) this.#options.write(one);
  }

  #remember(exchange: NetworkExchange): void {
    const { message_id: id } = exchange;
    const before = this.#remembered.get(id) ?? [];
    this.#remembered.set(id, [...before.slice(1 - REMEMBERED_OF_ONE), exchange]);
  }
}
