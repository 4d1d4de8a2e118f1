/** What a beat is told, in milliseconds. */
export interface Beat {
  readonly now: number;
  /** CPU of the process so far. */
  readonly cpuMs: number;
  /** What its thread has waited for a processor so far; null where the system does not tell. */
  readonly waitedMs: number | null;
}

/** Adds up what this process was not given: how late its beats are, and what its thread waited in between. */
export class Heartbeat {
  readonly everyMs: number;
  #last: Beat;
  #lostMs = 0;
  #starvedMs = 0;
  #given = 0;

  constructor(everyMs: number, first: Beat) {
    this.everyMs = everyMs;
    this.#last = first;
  }

  /** Call every `everyMs`, or as soon as it can be. */
  beat(beat: Beat): void {
    const last = this.#last;
    const elapsed = Math.max(0, beat.now - last.now);
    const late = this.#late(beat.now);
    const starved =
      last.waitedMs === null || beat.waitedMs === null
        ? late - (beat.cpuMs - last.cpuMs)
        : beat.waitedMs - last.waitedMs;
    // The same time, seen from two sides.
    this.#lostMs += Math.min(elapsed, Math.max(late, starved));
    this.#starvedMs += Math.min(elapsed, Math.max(0, starved));
    this.#last = beat;
  }

  /** For how long this process could not have acted so far, whoever had its processor: also its own code. Never falls. */
  lostMs(now: number): number {
    return this.#lostMs + this.#late(now);
  }

  /** Of that, what the machine did not give it, as of the last beat. */
  get starvedMs(): number {
    return this.#starvedMs;
  }

  /** A clock that stands still while time is lost. Never falls. */
  given(now: number): number {
    // What a beat finds lost was taken for given until then: it stands still until that is made up for.
    this.#given = Math.max(this.#given, now - this.lostMs(now));
    return this.#given;
  }

  /** How late the beat is that should have come by now. */
  #late(now: number): number {
    return Math.max(0, now - this.#last.now - this.everyMs);
  }
}
