import type { Script } from './script.ts';

interface Bucket {
  tokens: number;
  at: number;
}

/** Lets so many messages a second of each client pass: a token bucket. */
export class Throttle {
  readonly #terms: Script['throttle'];
  readonly #buckets = new Map<string, Bucket>();

  constructor(terms: Script['throttle']) {
    this.#terms = terms;
  }

  /** The status to refuse with, or null to let it pass. `now` in milliseconds. */
  check(systemId: string, now: number): number | null {
    if (this.#terms === undefined) return null;
    const { rate, burst, status } = this.#terms;
    const bucket = this.#buckets.get(systemId) ?? { tokens: burst, at: now };
    this.#buckets.set(systemId, bucket);
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * rate);
    bucket.at = now;
    if (bucket.tokens < 1) return status;
    bucket.tokens -= 1;
    return null;
  }
}
