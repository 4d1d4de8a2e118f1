/** Weight of the past after so long is 1/e. */
const MEMORY_MS = 10_000;
/** Share of its time that a process must lose for the machine to be called overloaded, and to be called so no more. */
const LOST = { begins: 0.2, ends: 0.08 };
/** The same of the time in which some process of the machine waits for a processor (`/proc/pressure/cpu`). */
const PRESSURE = { begins: 0.8, ends: 0.5 };

/** How much the machine has to do, as one process sees it. */
export interface OverloadReading {
  /** It has so much to do that things take longer than they should. */
  readonly overloaded: boolean;
  /** Share of the last seconds that this process was not given, 0 to 1. */
  readonly lost_share: number;
  /** Share of the last ten seconds in which some process waited for a processor, 0 to 1; null where unknown. */
  readonly pressure: number | null;
}

/** What happened since the sample before. */
export interface Sample {
  readonly elapsedMs: number;
  readonly lostMs: number;
  readonly pressure: number | null;
}

/** Tells an overloaded machine from one that is only busy for a moment. */
export class Overload {
  #reading: OverloadReading = { overloaded: false, lost_share: 0, pressure: null };

  get reading(): OverloadReading {
    return this.#reading;
  }

  /** Takes a sample; true when the machine has become overloaded by it, or has stopped being so. */
  add({ elapsedMs, lostMs, pressure }: Sample): boolean {
    if (elapsedMs <= 0) return false;
    const before = this.#reading;
    const share = Math.min(1, lostMs / elapsedMs);
    const kept = Math.exp(-elapsedMs / MEMORY_MS);
    const lost = before.lost_share * kept + share * (1 - kept);
    const edge = before.overloaded ? 'ends' : 'begins';
    const overloaded = lost >= LOST[edge] || (pressure ?? 0) >= PRESSURE[edge];
    this.#reading = { overloaded, lost_share: lost, pressure };
    return overloaded !== before.overloaded;
  }
}
