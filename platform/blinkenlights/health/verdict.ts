import { worstOf, type Level } from './levels.ts';
import type { Instance } from './instances.ts';

/** Vumi's name of the one issue that its monitor has (spec vumi-core §7). */
export const MIN_PROCS_FAIL = 'min-procs-fail';

/** How a component is, and why. */
export interface Verdict {
  readonly level: Level;
  /** A word for programs. */
  readonly type: string;
  /** For an operator. */
  readonly message: string;
}

export interface Evidence {
  readonly alive: readonly Instance[];
  /** The last that was heard, dead or alive. */
  readonly last: Instance | null;
  /** How many processes must beat. */
  readonly needed: number;
  /** Why it does not run, as its process says. */
  readonly failing: string | null;
  /** Beats that came too late to count: the last one's age in seconds; null: none. */
  readonly staleBy: number | null;
}

/** Too few processes are an issue; else the processes' own words count. */
export function judgeWorker(evidence: Evidence): Verdict {
  const { alive, needed } = evidence;
  if (alive.length >= needed) return ownWords(alive);
  const level = alive.length === 0 ? 'down' : 'degraded';
  return { level, type: MIN_PROCS_FAIL, message: shortText(evidence) };
}

/** One of several that is down makes the whole no more than degraded. */
function ownWords(alive: readonly Instance[]): Verdict {
  const told = alive.flatMap(({ status }) => status ?? []);
  const worst = worstOf(told.map(({ level }) => level));
  if (worst === 'ok') {
    const message = told[0]?.message ?? '';
    return { level: 'ok', type: 'beating', message: message === '' ? 'beats' : message };
  }
  const worstTold = told.find(({ level }) => level === worst);
  const all = alive.every(({ status }) => status?.level === 'down');
  const level = worst === 'down' && !all ? 'degraded' : worst;
  return { level, type: `worker-${level}`, message: worstTold?.message ?? '' };
}

function shortText({ alive, last, needed, failing, staleBy }: Evidence): string {
  const count = needed === 1 ? 'no process runs it' : `${alive.length} of ${needed} processes run it`;
  const why = failing === null ? '' : `: ${failing}`;
  const stale =
    staleBy === null
      ? ''
      : `; its beats are ${staleBy} s old when they come: look at the clock of its machine`;
  return `${count}${why}${heardText(alive, last)}${stale}`;
}

function heardText(alive: readonly Instance[], last: Instance | null): string {
  if (last === null) return '; nothing was heard of it';
  if (alive.includes(last)) return '';
  const where = last.hostname === '' ? '' : ` from process ${last.pid} on ${last.hostname}`;
  return `; last heard at ${new Date(last.heardAt).toISOString()}${where}`;
}
