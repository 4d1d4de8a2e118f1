import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU that guests have used. The `cpuTime` of isolated-vm 7 is the wall time that an isolate was entered for: on a busy
 * machine it charges a tenant for what all others use.
 */

/** CPU of all threads of this process but its first, in milliseconds: guests run there. */
export function guestCpuMs(): number {
  const all = process.cpuUsage();
  const first = process.threadCpuUsage();
  return (all.user + all.system - first.user - first.system) / 1000;
}

/** CPU of this thread in milliseconds. */
export function ownCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** CPU of each thread on which guests may run, in milliseconds, by its number. */
export type ThreadTimes = ReadonlyMap<string, number>;

const TASKS = '/proc/self/task';
const NANOS = 1_000_000;

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return null;
  }
}

/** Reads how much CPU each guest thread has used; which of them runs which guest nobody tells. */
export class GuestThreads {
  /** Threads by number, and whether guests may run on them: Node gives its own workers other names. */
  readonly #isGuests = new Map<string, boolean>();
  readonly #first = String(process.pid);
  readonly #name: string | null = readOrNull(`${TASKS}/${process.pid}/comm`);

  /** Null where the system does not tell. */
  times(): ThreadTimes | null {
    if (this.#name === null) return null;
    const times = new Map<string, number>();
    for (const thread of readdirSync(TASKS)) {
      if (!this.#mayRunGuests(thread)) continue;
      const used = readOrNull(`${TASKS}/${thread}/schedstat`);
      if (used !== null) times.set(thread, Number.parseInt(used, 10) / NANOS);
    }
    return times;
  }

  #mayRunGuests(thread: string): boolean {
    if (thread === this.#first) return false;
    const known = this.#isGuests.get(thread);
    if (known !== undefined) return known;
    const isGuest = readOrNull(`${TASKS}/${thread}/comm`) === this.#name;
    this.#isGuests.set(thread, isGuest);
    return isGuest;
  }
}

/** How many threads have used more than so much since. A thread that is new has used all that it has since then. */
export function threadsOver(limitMs: number, { from, to }: { from: ThreadTimes; to: ThreadTimes }): number {
  let count = 0;
  for (const [thread, used] of to) if (used - (from.get(thread) ?? 0) > limitMs) count++;
  return count;
}
