import { workerId } from './beat.ts';
import type { Judged } from './judged.ts';
import type { WatchedProcess } from './processes.ts';
import type { Verdict } from './verdict.ts';

const MOST_NAMES = 5;

/** The name in the beats of a process, which no worker has. */
export function processName(supervisor: string): string {
  return `process:${supervisor}`;
}

/** Processes as components, by the names of their supervisors. */
export function judgeProcesses(processes: readonly WatchedProcess[]): Judged[] {
  const byName = Map.groupBy(processes, ({ systemId, supervisor }) => JSON.stringify([systemId, supervisor]));
  return [...byName.values()].flatMap((group) => judgeGroup(group));
}

function judgeGroup(group: readonly WatchedProcess[]): Judged[] {
  const [first] = group;
  if (first === undefined) return [];
  const { systemId, supervisor } = first;
  const name = processName(supervisor);
  const alive = group.filter(({ lostAt }) => lostAt === null);
  return [
    {
      ...verdictOf(group, alive),
      id: workerId(systemId, name),
      kind: 'process',
      systemId,
      name,
      needed: group.length,
      heardAt: Math.max(...group.map(({ heardAt }) => heardAt)),
      instances: alive.map(({ hostname, pid, heardAt, beats }) => ({ hostname, pid, heardAt, beats })),
    },
  ];
}

function verdictOf(group: readonly WatchedProcess[], alive: readonly WatchedProcess[]): Verdict {
  const lost = group.find(({ lostAt }) => lostAt !== null);
  if (lost !== undefined) {
    return { level: alive.length === 0 ? 'down' : 'degraded', type: 'process-lost', message: lostText(lost) };
  }
  if (alive.some(({ overloaded }) => overloaded)) {
    return { level: 'degraded', type: 'overloaded', message: 'its machine has too much to do' };
  }
  const count = alive.reduce((sum, { workers }) => sum + Object.keys(workers).length, 0);
  return { level: 'ok', type: 'beating', message: `runs ${count} ${count === 1 ? 'worker' : 'workers'}` };
}

function lostText({ pid, hostname, heardAt, workers }: WatchedProcess): string {
  const names = Object.keys(workers);
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  const ran = names.length === 0 ? '' : `; it ran ${names.slice(0, MOST_NAMES).join(', ')}${more}`;
  return `process ${pid} on ${hostname} was not heard since ${new Date(heardAt).toISOString()}${ran}`;
}
