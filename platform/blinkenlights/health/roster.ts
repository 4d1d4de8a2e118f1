import { workerId, type Beat } from './beat.ts';
import { Instances, isOverdue, type Instance, type Judge } from './instances.ts';
import { judgeProcesses } from './judge-processes.ts';
import type { Judged } from './judged.ts';
import { meantBy, Processes, type Meant, type WatchedProcess } from './processes.ts';
import { judgeWorker } from './verdict.ts';

/** Those that nobody told the monitor to expect, and that are heard no more, are forgotten after a day. */
const STRANGER_MS = 24 * 3_600_000;

/** A worker that must be there: Vumi's `monitored_systems` says so, or a row of the store. */
export interface Wanted {
  readonly systemId: string;
  readonly name: string;
  readonly minProcs: number;
  /** How long it may be silent; null: two of its intervals. */
  readonly patienceMs: number | null;
}

export interface RosterOptions {
  /** Beats that are older on arrival do not count, in milliseconds. */
  readonly deadlineMs: number;
  /** Whether workers that nobody wanted are watched, once they were heard. */
  readonly discover: boolean;
}

/** A worker that beats, or should. */
interface Watched {
  readonly systemId: string;
  readonly name: string;
  readonly instances: Instances;
  /** Since when it is known of; before that nobody could have missed it. */
  readonly since: number;
  /** It is one of ours: its process says whether it is meant to run. */
  isOwn: boolean;
  /** The age of the last beat that was too old to count, in seconds. */
  staleBy: number | null;
}

/** Who beats, who should, and who is missed. It has no clock: who calls says what time it is. */
export class Roster {
  readonly #options: RosterOptions;
  readonly #processes = new Processes();
  readonly #watched = new Map<string, Watched>();
  #wanted: ReadonlyMap<string, Wanted> = new Map();

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  /** Replaces what must be there. */
  want(wanted: readonly Wanted[], now: number): void {
    this.#wanted = new Map(wanted.map((one) => [workerId(one.systemId, one.name), one]));
    for (const [id, one] of this.#wanted) this.#watch(id, one, now);
  }

  /** The processes that are known of: what must be remembered when the monitor starts anew. */
  get processes(): WatchedProcess[] {
    return this.#processes.list();
  }

  restore(processes: readonly WatchedProcess[]): void {
    this.#processes.restore(processes);
  }

  /** `late`: it was sent so long ago that it says nothing any more. `unknown`: nobody wants to know of the worker. */
  hear(beat: Beat, now: number): 'heard' | 'late' | 'unknown' {
    const { id, sentAt, intervalMs, further } = beat;
    const known = this.#watched.get(id);
    if (known === undefined && !this.#options.discover) return 'unknown';
    const age = sentAt === null ? 0 : now - sentAt;
    if (age > Math.max(this.#options.deadlineMs, 2 * intervalMs)) {
      if (known !== undefined) known.staleBy = Math.round(age / 1000);
      return 'late';
    }
    if (further.kind === 'process') {
      this.#processes.hear(beat, now);
      return 'heard';
    }
    const watched = known ?? this.#watch(id, beat, now);
    watched.staleBy = null;
    watched.isOwn = further.supervisor !== undefined;
    watched.instances.hear(beat, now, this.#wanted.get(id)?.patienceMs ?? null);
    return 'heard';
  }

  /** Whether anybody has missed two beats, were there nothing on its way. */
  isAnybodyOverdue(judge: Judge): boolean {
    return (
      this.#processes.list().some((process) => isOverdue(process, judge, process.heardAt)) ||
      [...this.#watched.values()].some(({ instances, since }) => {
        const { last } = instances;
        const patienceMs = last?.patienceMs ?? this.#options.deadlineMs;
        const own = { patienceMs, overloaded: last?.overloaded ?? false };
        return (
          isOverdue(own, judge, last?.heardAt ?? since) || instances.alive(judge).length < instances.size
        );
      })
    );
  }

  /** Everything that is expected, as it is now. What need not be there any more is forgotten. */
  audit(judge: Judge): Judged[] {
    this.#processes.audit(judge);
    const processes = this.#processes.list();
    const meant = meantBy(processes);
    for (const [id, one] of meant) this.#watch(id, one, judge.now);
    const workers = [...this.#watched].flatMap(([id, watched]) => {
      watched.instances.prune(judge);
      return this.#judge(id, watched, meant.get(id), judge) ?? [];
    });
    return [...judgeProcesses(processes), ...workers];
  }

  #watch(id: string, { systemId, name }: Pick<Watched, 'systemId' | 'name'>, now: number): Watched {
    const known = this.#watched.get(id);
    if (known !== undefined) return known;
    const watched = { systemId, name, instances: new Instances(), since: now, isOwn: false, staleBy: null };
    this.#watched.set(id, watched);
    return watched;
  }

  /** Null: it is judged later, or not at all. */
  #judge(id: string, watched: Watched, meant: Meant | undefined, judge: Judge): Judged | null {
    const { systemId, name, instances, since, staleBy } = watched;
    const { last } = instances;
    const alive = instances.alive(judge);
    const needed = this.#neededOf(id, watched, meant, judge);
    if (needed === 0 && alive.length === 0) {
      this.#watched.delete(id);
      return null;
    }
    const patienceMs = this.#patienceOf(id, last, meant);
    if (alive.length < needed && !isOverdue({ patienceMs, overloaded: false }, judge, since)) return null;
    const failing = meant?.failing ?? null;
    return {
      ...judgeWorker({ alive, last, needed, failing, staleBy }),
      id,
      kind: 'worker',
      systemId,
      name,
      needed,
      heardAt: last?.heardAt ?? null,
      instances: alive.map(({ hostname, pid, heardAt, beats }) => ({ hostname, pid, heardAt, beats })),
    };
  }

  #neededOf(id: string, watched: Watched, meant: Meant | undefined, judge: Judge): number {
    const wanted = this.#wanted.get(id)?.minProcs ?? 0;
    return Math.max(wanted, meant?.needed ?? 0, neededOfStranger(watched, judge));
  }

  #patienceOf(id: string, last: Instance | null, meant: Meant | undefined): number {
    const wanted = this.#wanted.get(id)?.patienceMs;
    return wanted ?? meant?.patienceMs ?? last?.patienceMs ?? this.#options.deadlineMs;
  }
}

/** What somebody else runs says neither that it is meant to run nor that it goes: it is missed for a while. */
function neededOfStranger({ isOwn, instances: { last } }: Watched, { now }: Judge): number {
  return isOwn || last === null || now - last.heardAt > STRANGER_MS ? 0 : 1;
}
