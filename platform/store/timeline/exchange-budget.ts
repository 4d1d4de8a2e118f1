import type { Clock } from '@vumi/core';

export interface ExchangeBudgetOptions {
  /** So many in a second over time. */
  readonly perSecond: number;
  /** So many at once after a rest. */
  readonly burst: number;
  readonly clock: Clock;
}

/** A bucket of permissions that fills with time. */
export class ExchangeBudget {
  readonly #options: ExchangeBudgetOptions;
  #left: number;
  #filledAt: number;

  constructor(options: ExchangeBudgetOptions) {
    this.#options = options;
    this.#left = options.burst;
    this.#filledAt = options.clock();
  }

  /** Takes one permission; false when there is none. */
  take(): boolean {
    if (this.#left < 1) this.#fill();
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  #fill(): void {
    const { perSecond, burst, clock } = this.#options;
    const now = clock();
    const passed = Math.max(0, now - this.#filledAt) / 1000;
    this.#left = Math.min(burst, this.#left + passed * perSecond);
    this.#filledAt = now;
  }
}
