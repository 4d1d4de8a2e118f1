import { Fifo } from '@vumi/core';

export interface ThrottleOptions {
  /** First wait when the SMSC throttles; doubles up to `MAX_DELAY_MS`. */
  readonly delayMs: number;
  readonly onThrottled: () => void;
  readonly onReleased: () => void;
}

const MAX_DELAY_MS = 5000;

/**
 * Lets everything through until the SMSC throttles. Then it waits, lets one try, and after each success one more at
 * a time, so that the pace grows to what the SMSC takes.
 */
export class ThrottleGate {
  readonly #options: ThrottleOptions;
  readonly #waiting = new Fifo<() => void>();
  #lanes = Number.POSITIVE_INFINITY;
  #inside = 0;
  #delayMs: number;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ThrottleOptions) {
    this.#options = options;
    this.#delayMs = options.delayMs;
  }

  get throttled(): boolean {
    return this.#lanes !== Number.POSITIVE_INFINITY;
  }

  /** Whoever enters calls `leave` once. */
  enter(): Promise<void> | undefined {
    if (this.#closed || (this.#inside < this.#lanes && this.#timer === undefined)) {
      this.#inside += 1;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** `throttled`: what went through was refused for being too much; `neutral`: it says nothing about the pace. */
  leave(result: 'passed' | 'throttled' | 'neutral'): void {
    this.#inside -= 1;
    if (result === 'throttled') this.#slowDown();
    else if (result === 'passed') this.#speedUp();
    this.#pump();
  }

  /** Lets everybody through, who then find the transport closing. */
  close(): void {
    this.#closed = true;
    this.#lanes = Number.POSITIVE_INFINITY;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pump();
  }

  #slowDown(): void {
    if (this.#closed || this.#timer !== undefined) return;
    if (!this.throttled) this.#options.onThrottled();
    this.#lanes = 1;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#pump();
    }, this.#delayMs);
    this.#delayMs = Math.min(MAX_DELAY_MS, this.#delayMs * 2);
  }

  #speedUp(): void {
    if (!this.throttled || this.#timer !== undefined) return;
    this.#lanes += 1;
    this.#delayMs = this.#options.delayMs;
    if (this.#waiting.length > 0) return;
    this.#lanes = Number.POSITIVE_INFINITY;
    this.#options.onReleased();
  }

  #pump(): void {
    while (this.#timer === undefined && this.#inside < this.#lanes) {
      const enter = this.#waiting.shift();
      if (enter === undefined) return;
      this.#inside += 1;
      enter();
    }
  }
}
