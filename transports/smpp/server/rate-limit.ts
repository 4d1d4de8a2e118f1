import type { Clock } from '@vumi/core';

/** Messages per second with a burst of one second's worth. */
export class RateLimit {
  readonly #clock: Clock;
  #perSecond: number;
  #tokens: number;
  #filledAt: number;

  constructor(perSecond: number, clock: Clock) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#tokens = Math.max(1, perSecond);
    this.#filledAt = clock();
  }

  set perSecond(value: number) {
    this.#fill();
    this.#perSecond = value;
    this.#tokens = Math.min(this.#tokens, Math.max(1, value));
  }

  /** False when so many more are too fast; then none is counted. */
  take(count: number): boolean {
    this.#fill();
    // More than a whole burst at once goes through when the bucket is full, or it never would.
    if (this.#tokens < Math.min(count, Math.max(1, this.#perSecond))) return false;
    this.#tokens -= count;
    return true;
  }

  #fill(): void {
    const now = this.#clock();
    const gained = ((now - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(Math.max(1, this.#perSecond), this.#tokens + gained);
    this.#filledAt = now;
  }
}
