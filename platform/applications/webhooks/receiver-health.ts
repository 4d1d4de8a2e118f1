import { backoffMs } from '@vumi/core';

/** So many failures on end, whatever was delivered, are the receiver's. */
const DOWN_FAILURES = 5;

export interface HealthOptions {
  readonly baseMs: number;
  readonly capMs: number;
  readonly random: () => number;
}

interface Known {
  readonly failing_since: string | null;
  readonly failures: number;
  readonly retry_at: string | null;
}

/**
 * Whether a receiver takes anything. One that does not is asked with one delivery at a time, with growing pauses, until it
 * takes something: the others keep their places meanwhile, and no attempt is counted against them.
 */
export class ReceiverHealth {
  readonly #options: HealthOptions;
  #since: number | null;
  #failures: number;
  #retryAt: number | null;

  /** `known`: as an earlier process left it. */
  constructor(known: Known, options: HealthOptions) {
    this.#options = options;
    this.#since = known.failing_since === null ? null : Date.parse(known.failing_since);
    this.#failures = known.failures;
    this.#retryAt = known.retry_at === null ? null : Date.parse(known.retry_at);
  }

  get isDown(): boolean {
    return this.#failures >= DOWN_FAILURES;
  }

  /** Whether the next attempt has to wait. */
  waitsAt(now: number): boolean {
    return this.isDown && this.#retryAt !== null && this.#retryAt > now;
  }

  /** Somebody has changed where or how it is reached. */
  mayTryNow(): void {
    this.#retryAt = null;
  }

  /** True: it was down until now. */
  succeeded(): boolean {
    const wasDown = this.isDown;
    this.#since = null;
    this.#failures = 0;
    this.#retryAt = null;
    return wasDown;
  }

  /** `afterMs`: what the receiver asks for. */
  failed(now: number, afterMs: number): void {
    const { baseMs, capMs, random } = this.#options;
    this.#since ??= now;
    this.#failures += 1;
    if (!this.isDown) return;
    const pause = backoffMs(this.#failures - DOWN_FAILURES, baseMs, capMs, random);
    this.#retryAt = now + Math.max(pause, afterMs);
  }

  /** As it is kept. */
  known(): Known {
    const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
    return { failing_since: iso(this.#since), failures: this.#failures, retry_at: iso(this.#retryAt) };
  }
}
