import { workerId, type Beat, type Placement } from './beat.ts';
import { isOverdue, patienceOf, processKey, type Judge } from './instances.ts';

const HOUR_MS = 3_600_000;
/** What a lost process ran is run by others: so long it is told of. */
const REPLACED_MS = HOUR_MS;
/** Nobody runs it: somebody has to see to that, but not for ever. */
const FORGOTTEN_MS = 7 * 24 * HOUR_MS;

/** A process of the platform and what it is meant to run. Plain data: it is kept over restarts of the monitor. */
export interface WatchedProcess {
  readonly systemId: string;
  readonly supervisor: string;
  readonly hostname: string;
  readonly pid: number;
  /** By the monitor's clock: the process's own may be wrong. */
  readonly firstHeardAt: number;
  readonly heardAt: number;
  readonly beats: number;
  readonly patienceMs: number;
  readonly overloaded: boolean;
  readonly workers: Readonly<Record<string, Placement>>;
  /** Why those do not run that do not. */
  readonly failing: Readonly<Record<string, string>>;
  /** When it was found to be dead; null: it lives as far as is known. */
  readonly lostAt: number | null;
}

/** The processes that said that they run, and did not say that they go. */
export class Processes {
  readonly #known = new Map<string, WatchedProcess>();

  restore(saved: readonly WatchedProcess[]): void {
    for (const process of saved) this.#known.set(processKey(process), process);
  }

  list(): WatchedProcess[] {
    return [...this.#known.values()];
  }

  hear(beat: Beat, now: number): void {
    const { further, systemId, hostname, pid, intervalMs, name } = beat;
    if (further.leaving === true) {
      this.#known.delete(processKey(beat));
      return;
    }
    const key = processKey(beat);
    const known = this.#known.get(key);
    this.#known.set(key, {
      systemId,
      supervisor: further.supervisor ?? name,
      hostname,
      pid,
      firstHeardAt: known?.firstHeardAt ?? now,
      heardAt: now,
      beats: (known?.beats ?? 0) + 1,
      patienceMs: patienceOf(intervalMs),
      overloaded: further.overloaded ?? false,
      workers: further.workers ?? {},
      failing: further.failing ?? {},
      lostAt: null,
    });
  }

  /** Finds those that died. One that was started again in its place takes it over; others wait for somebody. */
  audit(judge: Judge): void {
    for (const [key, process] of this.#known) {
      // A little before its workers, which are not missed once another process has taken its place.
      if (!isOverdue(process, judge, process.heardAt - process.patienceMs / 20)) continue;
      const lost = { ...process, lostAt: process.lostAt ?? judge.now };
      if (this.#isReplaced(lost) || this.#isForgotten(lost, judge.now)) this.#known.delete(key);
      else this.#known.set(key, lost);
    }
  }

  /** Began when it was heard no more, and runs all that it ran. */
  #isReplaced(lost: WatchedProcess): boolean {
    return this.list().some(
      (other) =>
        processKey(other) !== processKey(lost) &&
        other.lostAt === null &&
        other.systemId === lost.systemId &&
        other.firstHeardAt > lost.heardAt &&
        (other.supervisor === lost.supervisor ||
          Object.keys(lost.workers).every((name) => Object.hasOwn(other.workers, name))),
    );
  }

  #isForgotten(lost: WatchedProcess, now: number): boolean {
    const age = now - (lost.lostAt ?? now);
    if (age < REPLACED_MS) return false;
    const others = this.list().filter(
      ({ lostAt, systemId }) => lostAt === null && systemId === lost.systemId,
    );
    const isRun = (name: string): boolean => others.some(({ workers }) => Object.hasOwn(workers, name));
    return age >= FORGOTTEN_MS || Object.keys(lost.workers).every(isRun);
  }
}

/** A worker that processes are meant to run. */
export interface Meant {
  readonly systemId: string;
  readonly name: string;
  /** How many processes must run it at once. */
  readonly needed: number;
  /** Why it does not run where it should, as a process says; null: none does. */
  readonly failing: string | null;
  readonly patienceMs: number;
}

/** By id, those that live processes are meant to run and those that lost ones were. */
export function meantBy(processes: readonly WatchedProcess[]): Map<string, Meant> {
  const meant = new Map<string, Meant>();
  for (const { systemId, workers, failing, patienceMs } of processes) {
    for (const [name, placement] of Object.entries(workers)) {
      const id = workerId(systemId, name);
      const known = meant.get(id);
      meant.set(id, {
        systemId,
        name,
        needed: placement === 'one' ? 1 : (known?.needed ?? 0) + 1,
        failing: failing[name] ?? known?.failing ?? null,
        patienceMs: Math.max(patienceMs, known?.patienceMs ?? 0),
      });
    }
  }
  return meant;
}
