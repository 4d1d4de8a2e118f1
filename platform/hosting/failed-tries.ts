import { LRUCache } from 'lru-cache';
import type { Clock } from '@vumi/core';

const MOST_TRIES = 10;
const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 10_000;

/** Links that opened nothing, by who tried them: whoever guesses is slowed down. */
export class FailedTries {
  readonly #clock: Clock;
  readonly #tries = new LRUCache<string, { count: number; readonly until: number }>({ max: MOST_ADDRESSES });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Seconds until somebody may try again; 0: now. */
  waitOf(address: string): number {
    const tries = this.#current(address);
    if (tries === null || tries.count < MOST_TRIES) return 0;
    return Math.ceil((tries.until - this.#clock()) / 1000);
  }

  add(address: string): void {
    const tries = this.#current(address) ?? { count: 0, until: this.#clock() + WINDOW_MS };
    tries.count += 1;
    this.#tries.set(address, tries);
  }

  #current(address: string): { count: number; readonly until: number } | null {
    const tries = this.#tries.get(address);
    return tries === undefined || tries.until <= this.#clock() ? null : tries;
  }
}
