import type { Given, Machine, Meter } from '../machine.ts';
import type { ThreadReading, ThreadTimes } from '../threads.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A machine whose time passes when the test says so, and which gives of it what the test says. */
export class FakeMachine implements Machine {
  /** What the first threads of processes say; those of others are unknown. */
  readonly threads = new Map<number, Omit<ThreadReading, 'at'>>();
  #now = 0;
  #lostMs = 0;
  readonly #lostBy = new Map<number, number>();
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  given(): number {
    return this.#now - this.#lostMs;
  }

  times(pid: number): ThreadTimes | null {
    return this.thread(pid);
  }

  thread(pid: number): ThreadReading | null {
    const thread = this.threads.get(pid);
    return thread === undefined ? null : { ...thread, at: this.#now };
  }

  meter(pid?: number): Meter {
    const startedAt = this.#now;
    const before = this.#lost(pid);
    return {
      read: (): Given => {
        const elapsedMs = this.#now - startedAt;
        return { elapsedMs, lostMs: Math.min(elapsedMs, this.#lost(pid) - before) };
      },
    };
  }

  after(ms: number, callback: () => void): Disposable {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  /** Lets time pass that everybody is given, and calls back whom it is due. */
  pass(ms: number): void {
    const until = this.#now + ms;
    for (let next = this.#due(until); next !== null; next = this.#due(until)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = until;
  }

  /** Lets time pass of which a process gets nothing; without an id this process, whose timers then come late. */
  lose(ms: number, pid?: number): void {
    if (pid === undefined) {
      this.#lostMs += ms;
      this.#now += ms;
      this.pass(0);
      return;
    }
    this.#lostBy.set(pid, this.#lostIn(pid) + ms);
    this.pass(ms);
  }

  #lostIn(pid: number): number {
    return this.#lostBy.get(pid) ?? 0;
  }

  #lost(pid: number | undefined): number {
    return this.#lostMs + (pid === undefined ? 0 : this.#lostIn(pid));
  }

  #due(until: number): Timer | null {
    let next: Timer | null = null;
    for (const timer of this.#timers) {
      if (timer.at <= until && (next === null || timer.at < next.at)) next = timer;
    }
    return next;
  }
}
