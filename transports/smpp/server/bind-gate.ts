import { sleep, type Clock } from '@vumi/core';
import { LRUCache } from 'lru-cache';

/** An address that failed as often as this is slowed down. */
const FREE_FAILURES = 3;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5000;
/** An address that behaved for so long starts anew. */
const FORGIVEN_MS = 600_000;
const MOST_ADDRESSES = 10_000;
/** Passwords that are checked at once: each costs the memory and time of its hash. */
const AT_ONCE = 2;

interface Failures {
  readonly failures: number;
  readonly lastAt: number;
}

/** Makes guessing of passwords slow: the more binds of an address have failed, the longer the next one takes. */
export class BindGate {
  readonly #clock: Clock;
  /** The one that failed longest ago comes first. */
  readonly #addresses = new LRUCache<string, Failures>({ max: MOST_ADDRESSES });
  readonly #waiting: (() => void)[] = [];
  #checking = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long the next bind of the address has to wait. */
  delayOf(address: string): number {
    const beyond = this.#failures(address) - FREE_FAILURES;
    return beyond < 0 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(beyond, 10));
  }

  /** Resolves when the bind may go on; a client that leaves meanwhile aborts the wait. */
  async enter(address: string, signal: AbortSignal): Promise<void> {
    const delay = this.delayOf(address);
    if (delay > 0) await sleep(delay, signal);
  }

  failed(address: string): void {
    const failures = this.#failures(address) + 1;
    this.#addresses.set(address, { failures, lastAt: this.#clock() });
  }

  succeeded(address: string): void {
    this.#addresses.delete(address);
  }

  /** Runs a check of a password when it is its turn. */
  async check(verify: () => Promise<boolean>): Promise<boolean> {
    if (this.#checking >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#checking += 1;
    try {
      return await verify();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#checking -= 1;
      else next();
    }
  }

  #failures(address: string): number {
    const record = this.#addresses.get(address);
    return record === undefined || this.#clock() - record.lastAt > FORGIVEN_MS ? 0 : record.failures;
  }
}
