/**
 * A handler may take so many times its limit, whatever the machine gives: it holds a place of those whose messages wait,
 * and nobody must gain without end by keeping the machine busy.
 */
const CEILING = 4;
/** A strict limit is the machine's fault when the handler had less than this share of it. */
const GIVEN = 0.8;
const SECOND = 1000;

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

  /** Why the handler is to be ended; null when it may go on. `cpuMs` is what its code has used. */
  expiry(now: number, cpuMs: number): string | null {
    if (this.#startedAt === null) return null;
    const elapsed = now - this.#startedAt;
    const within = `the handler did not finish within ${this.#limitMs / SECOND} s`;
    if (this.#isStrict) {
      if (elapsed <= this.#limitMs) return null;
      const given = this.#waitedMs + cpuMs;
      return given > GIVEN * this.#limitMs ? within : `${within}, of which ${overloaded(given)}`;
    }
    if (this.#waitedMs > this.#limitMs) return within;
    if (elapsed <= CEILING * this.#limitMs) return null;
    return `the handler did not finish within ${(CEILING * this.#limitMs) / SECOND} s, of which ${overloaded(this.#waitedMs + cpuMs)}`;
  }
}

function overloaded(givenMs: number): string {
  return `it was given only ${(givenMs / SECOND).toFixed(1)} s: the machine is overloaded, and this is not the app's fault`;
}
