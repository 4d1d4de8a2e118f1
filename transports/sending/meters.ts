const SLOT_MS = 100;
const SLOTS = 10;

/** Counts what happened in the last second. */
export class RateMeter {
  readonly #counts = Array.from({ length: SLOTS }, () => 0);
  #slot = 0;

  add(now: number): void {
    this.#advance(now);
    const index = this.#slot % SLOTS;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  perSecond(now: number): number {
    this.#advance(now);
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  #advance(now: number): void {
    const slot = Math.floor(now / SLOT_MS);
    if (slot - this.#slot >= SLOTS) this.#counts.fill(0);
    else for (let next = this.#slot + 1; next <= slot; next += 1) this.#counts[next % SLOTS] = 0;
    this.#slot = Math.max(slot, this.#slot);
  }
}

const SAMPLES = 256;

/** Quantiles of the last durations, in milliseconds. */
export class LatencyMeter {
  readonly #samples: number[] = [];
  #next = 0;

  add(ms: number): void {
    this.#samples[this.#next] = ms;
    this.#next = (this.#next + 1) % SAMPLES;
  }

  /** `q` from 0 to 1; 0 when there is no sample yet. */
  quantile(q: number): number {
    const sorted = this.#samples.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  }
}
