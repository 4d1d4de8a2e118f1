/**
 * A handler may take so many times its limit, whatever the machine gives: it holds a place of those whose messages wait,
 * and nobody must gain without end by keeping the machine busy.
 */
const CEILING = 4;
/** A strict limit is the machine's fault when the handler had less than this share of it. */
const GIVEN = 0.8;
const SECOND = 1000;

/** Why a handler is to be ended: it took too long, or the machine did not let it be quicker. */
export interface Expired {
  readonly reason: 'wall' | 'overload';
  readonly text: string;
}

/**
 * How long a handler has taken. Only its waiting counts here, for calls or for nothing at all: its code has limits of CPU,
 * and until that gets a processor the handler cannot do anything. A *strict* limit protects somebody who waits, as on
 * USSD, and is of the clock on the wall.
 */
export class TurnClock {
  readonly #limitMs: number;
  readonly #isStrict: boolean;
  #startedAt: number | null = null;
  #waitedMs = 0;

  constructor(limitMs: number, isStrict: boolean) {
    this.#limitMs = limitMs;
    this.#isStrict = isStrict;
  }

  get hasStarted(): boolean {
    return this.#startedAt !== null;
  }

  start(now: number): void {
    this.#startedAt = now;
  }

  /** So much time was given to the runner while none of the handler's code ran or waited to run. */
  waited(ms: number): void {
    this.#waitedMs += ms;
  }

  /** Null when the handler may go on. `cpuMs` is what its code has used. */
  expired(now: number, cpuMs: number): Expired | null {
    if (this.#startedAt === null) return null;
    const elapsed = now - this.#startedAt;
    const given = this.#waitedMs + cpuMs;
    const limit = this.#limitMs;
    if (this.#isStrict) {
      if (elapsed <= limit) return null;
      return given > GIVEN * limit ? { reason: 'wall', text: within(limit) } : overload(limit, given);
    }
    if (this.#waitedMs > limit) return { reason: 'wall', text: within(limit) };
    return elapsed > CEILING * limit ? overload(CEILING * limit, given) : null;
  }
}

function within(ms: number): string {
  return `the handler did not finish within ${ms / SECOND} s`;
}

function overload(ms: number, givenMs: number): Expired {
  const given = (givenMs / SECOND).toFixed(1);
  const text = `${within(ms)}, of which it was given only ${given} s: the machine is overloaded, and this is not the app's fault`;
  return { reason: 'overload', text };
}
