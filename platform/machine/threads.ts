import { readdirSync, readFileSync } from 'node:fs';

const NANOS = 1_000_000;

/** What a thread has had of the machine so far. */
export interface ThreadTimes {
  /** When it was read, of `performance.now()`. */
  readonly at: number;
  readonly cpuMs: number;
  /** How long it has waited for a processor. A wait that goes on is not in it. */
  readonly waitedMs: number;
}

export interface ThreadReading extends ThreadTimes {
  /** It has a processor at this moment, or waits for one. */
  readonly runnable: boolean;
}

/** Of the first thread of a process; null where the system does not tell or the process has ended. */
export function readTimes(pid: number): ThreadTimes | null {
  try {
    return timesIn(`${tasksOf(pid)}/${pid}`);
  } catch {
    return null;
  }
}

/** The same, with what the thread does at this moment. */
export function readThread(pid: number): ThreadReading | null {
  try {
    return readTask(`${tasksOf(pid)}/${pid}`);
  } catch {
    return null;
  }
}

/** A process that is confined may read its own by this name only. */
function tasksOf(pid: number): string {
  return `/proc/${pid === process.pid ? 'self' : pid}/task`;
}

function timesIn(folder: string): ThreadTimes {
  const [cpu = '', waited = ''] = readFileSync(`${folder}/schedstat`, 'latin1').split(' ');
  return { at: performance.now(), cpuMs: Number(cpu) / NANOS, waitedMs: Number(waited) / NANOS };
}

function readTask(folder: string): ThreadReading {
  const stat = readFileSync(`${folder}/stat`, 'latin1');
  // Behind the name, which may hold anything: the state.
  return { ...timesIn(folder), runnable: stat[stat.lastIndexOf(')') + 2] === 'R' };
}

/**
 * How much of the time between two readings the thread wanted a processor and had none. A wait that goes on is known
 * only by that the thread is runnable and has had less than the time that went by.
 */
export function lostBetween(from: ThreadTimes, to: ThreadReading): number {
  const elapsed = to.at - from.at;
  const waited = to.waitedMs - from.waitedMs;
  const pending = to.runnable ? elapsed - waited - (to.cpuMs - from.cpuMs) : 0;
  return Math.min(Math.max(0, elapsed), Math.max(0, waited) + Math.max(0, pending));
}

/** All threads of a process by their numbers; null where the system does not tell or the process has ended. */
export type ProcessReading = ReadonlyMap<string, ThreadReading>;

/** Reads all threads of a process. */
export function readProcess(pid: number): ProcessReading | null {
  const tasks = tasksOf(pid);
  const threads = new Map<string, ThreadReading>();
  try {
    for (const thread of readdirSync(tasks)) {
      try {
        threads.set(thread, readTask(`${tasks}/${thread}`));
      } catch {
        // It has ended between the two looks.
      }
    }
  } catch {
    return null;
  }
  return threads.size === 0 ? null : threads;
}

/** The same for a process: work goes from one of its threads to the next, so what each of them lost adds up. */
export function lostByProcess(from: ProcessReading, to: ProcessReading): number {
  let lost = 0;
  for (const [thread, reading] of to) {
    const before = from.get(thread);
    lost += before === undefined ? reading.waitedMs : lostBetween(before, reading);
  }
  return lost;
}

/** Share of the last ten seconds in which some process of the machine waited for a processor; null where unknown. */
export function readPressure(): number | null {
  try {
    const average = /^some avg10=([\d.]+)/m.exec(readFileSync('/proc/pressure/cpu', 'latin1'))?.[1];
    return average === undefined ? null : Number(average) / 100;
  } catch {
    return null;
  }
}
