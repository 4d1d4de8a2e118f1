import { LRUCache } from 'lru-cache';
import type { Clock } from '@vumi/core';

const MOST_TRIES = 10;
const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 10_000;

/** Hextets of an IPv6 address that are its network's: whoever has that has all addresses in it. */
const NETWORK_HEXTETS = 4;

/** Links that opened nothing, by who tried them: whoever guesses is slowed down. */
export class FailedTries {
  readonly #clock: Clock;
  readonly #tries = new LRUCache<string, { count: number; readonly until: number }>({ max: MOST_ADDRESSES });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts a try, as one that fails: of many at once no more get through. Seconds until somebody may try again; 0: he may
   * now, and whoever has opened something is forgiven.
   */
  begin(address: string): number {
    const network = networkOf(address);
    const tries = this.#current(network) ?? { count: 0, until: this.#clock() + WINDOW_MS };
    if (tries.count >= MOST_TRIES) return Math.ceil((tries.until - this.#clock()) / 1000);
    tries.count += 1;
    this.#tries.set(network, tries);
    return 0;
  }

  forgive(address: string): void {
    const tries = this.#current(networkOf(address));
    if (tries !== null && tries.count > 0) tries.count -= 1;
  }

  #current(address: string): { count: number; readonly until: number } | null {
    const tries = this.#tries.get(address);
    return tries === undefined || tries.until <= this.#clock() ? null : tries;
  }
}

function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const known = head.split(':').filter((part) => part !== '');
  const after = (tail ?? '').split(':').filter((part) => part !== '');
  const missing = Array.from({ length: Math.max(0, 8 - known.length - after.length) }, () => '0');
  return [...known, ...missing, ...after].slice(0, NETWORK_HEXTETS).join(':').toLowerCase();
}
