import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

interface ProcessTime {
  readonly parent: number;
  readonly seconds: number;
}

/**
 * CPU seconds that a process and those that descend from it have used so far, read from /proc; 0 where there is none.
 * Unlike a rate it hardly changes with what else the machine does.
 */
export function cpuSecondsOf(root: number): number {
  const all = new Map<number, ProcessTime>();
  for (const name of processNames()) {
    const time = timeOf(Number(name));
    if (time !== null) all.set(Number(name), time);
  }
  let total = 0;
  for (const [pid, { seconds }] of all) {
    if (descends(pid, root, all)) total += seconds;
  }
  return total;
}

function processNames(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** Fields 4, 14 and 15 of /proc/<pid>/stat; the second one is a name in parentheses that may hold spaces. */
function timeOf(pid: number): ProcessTime | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      parent: Number(fields[1]),
      seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    };
  } catch {
    return null;
  }
}

function descends(pid: number, root: number, all: ReadonlyMap<number, ProcessTime>): boolean {
  let at: number | undefined = pid;
  while (at !== undefined && at !== 0) {
    if (at === root) return true;
    at = all.get(at)?.parent;
  }
  return false;
}
