import { sleep } from '@vumi/core';

export interface FloodGateOptions {
  /** Lines a second; 0 is no limit. */
  readonly rate: number;
  readonly burst: number;
  /** Milliseconds that never go back, as performance.now. */
  readonly clock: () => number;
  /** Ends every wait. */
  readonly signal: AbortSignal;
}

/** Lets lines through as fast as servers bear: some at once, then evenly. */
export class FloodGate {
  readonly #options: FloodGateOptions;
  /** When the next line could go, were there no burst. */
  #dueAt = 0;

  constructor(options: FloodGateOptions) {
    this.#options = options;
  }

  /** Resolves when the next line may go; rejects when the signal aborts. */
  async pass(): Promise<void> {
    const { rate, burst, clock, signal } = this.#options;
    signal.throwIfAborted();
    if (rate === 0) return;
    const now = clock();
    const waitMs = this.#dueAt - now - ((burst - 1) * 1000) / rate;
    this.#dueAt = Math.max(this.#dueAt, now) + 1000 / rate;
    if (waitMs > 0) await sleep(waitMs, signal);
  }
}
