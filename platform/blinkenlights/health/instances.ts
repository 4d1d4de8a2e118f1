import type { Beat } from './beat.ts';

/** A component that missed so many beats is taken for dead. */
const MISSED = 2;
/** Where a machine has too much to do, a beat may be so much later (decision 15). */
const OVERLOADED_FACTOR = 5;

/** Who judges, and since when there is something to judge by. */
export interface Judge {
  readonly now: number;
  /** Before that nothing could be heard: beats that were due earlier are not missed. */
  readonly from: number;
  /** The monitor's own machine has too much to do. */
  readonly overloaded: boolean;
}

/** One process that beats for a component: they are told apart by host and process id. */
export interface Instance {
  readonly hostname: string;
  readonly pid: number;
  readonly beats: number;
  readonly heardAt: number;
  readonly patienceMs: number;
  readonly overloaded: boolean;
  /** What it says of itself; null: it only beats. */
  readonly status: { readonly level: 'ok' | 'degraded' | 'down'; readonly message: string } | null;
}

/** The processes that beat for one component. */
export class Instances {
  readonly #byProcess = new Map<string, Instance>();

  /** `patienceMs`: null: two of the sender's intervals. */
  hear(beat: Beat, now: number, patienceMs: number | null = null): void {
    const key = processKey(beat);
    const { status, status_message: message = '', overloaded = false } = beat.further;
    this.#byProcess.set(key, {
      hostname: beat.hostname,
      pid: beat.pid,
      beats: (this.#byProcess.get(key)?.beats ?? 0) + 1,
      heardAt: now,
      patienceMs: patienceMs ?? MISSED * beat.intervalMs,
      overloaded,
      status: status === undefined ? null : { level: status, message },
    });
  }

  get size(): number {
    return this.#byProcess.size;
  }

  /** The last that was heard, alive or not. */
  get last(): Instance | null {
    return [...this.#byProcess.values()].toSorted((a, b) => b.heardAt - a.heardAt)[0] ?? null;
  }

  alive(judge: Judge): Instance[] {
    return [...this.#byProcess.values()].filter((instance) => !isOverdue(instance, judge, instance.heardAt));
  }

  /** Drops those that are dead; the last one stays, to be told of. */
  prune(judge: Judge): void {
    const { last } = this;
    for (const [key, instance] of this.#byProcess) {
      if (instance !== last && isOverdue(instance, judge, instance.heardAt)) this.#byProcess.delete(key);
    }
  }
}

export function processKey({ hostname, pid }: { readonly hostname: string; readonly pid: number }): string {
  return `${hostname}:${pid}`;
}

/** Whether somebody that was due since a time has missed two beats. */
export function isOverdue(
  { patienceMs, overloaded }: { readonly patienceMs: number; readonly overloaded: boolean },
  judge: Judge,
  since: number,
): boolean {
  const factor = overloaded || judge.overloaded ? OVERLOADED_FACTOR : 1;
  return judge.now - Math.max(since, judge.from) >= patienceMs * factor;
}

export function patienceOf(intervalMs: number): number {
  return MISSED * intervalMs;
}
