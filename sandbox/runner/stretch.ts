import type { ThreadTimes } from '@vumi/machine';

/** The past counts a little less with each reading. */
const KEPT = 0.8;
/** As much as one entry may stretch. */
const MOST = 25;
/** Below so much CPU nothing is known. */
const LEAST_CPU_MS = 0.5;

/**
 * How much longer things take on a thread than the CPU that they need, because it waits for a processor: 1 where it need
 * not. Limits of wall time that stand for CPU are multiplied by it.
 */
export class Stretch {
  #last: ThreadTimes | null = null;
  #cpuMs = 0;
  #waitedMs = 0;

  /** Takes a reading of the thread; call about each 100 ms. */
  add(times: ThreadTimes | null): void {
    const last = this.#last;
    this.#last = times;
    if (times === null || last === null) return;
    this.#cpuMs = KEPT * this.#cpuMs + (times.cpuMs - last.cpuMs);
    this.#waitedMs = KEPT * this.#waitedMs + (times.waitedMs - last.waitedMs);
  }

  get factor(): number {
    if (this.#cpuMs < LEAST_CPU_MS) return 1;
    return Math.min(MOST, 1 + (2 * this.#waitedMs) / this.#cpuMs);
  }
}
