import { SIZE_GROUPS, sizeGroup, type AppRef } from '@vumi/core';
import { CPU_CLASSES, cpuClass } from './cpu-classes.ts';
import type { Database } from './database.ts';
import { hourOf, KEPT_DAYS, withinKept } from './funnel.ts';
import type { NewRun } from './run-records.ts';

/** One row of the table `version_hours`, as it is added to. */
interface Added extends AppRef {
  readonly version: number;
  /** Seconds since the epoch. */
  readonly hour: number;
  readonly talks: number[];
  readonly messages: number[];
  readonly segments: number[];
  readonly cpu: number[];
}

/** Adds `$18` to them; a part of the statement that writes a batch of runs. */
export const ADD_VERSION_HOURS = `
  insert into version_hours as known (account, app, hour, version, talks, messages, segments, cpu)
  select account, app, to_timestamp(hour), version, talks, messages, segments, cpu
  from batch, json_to_recordset($18) as given (account text, app text, hour float8, version int, talks integer[],
    messages integer[], segments integer[], cpu integer[])
  on conflict (account, app, hour, version) do update set
    talks = add_counts(known.talks, excluded.talks),
    messages = add_counts(known.messages, excluded.messages),
    segments = add_counts(known.segments, excluded.segments),
    cpu = add_counts(known.cpu, excluded.cpu)`;

/** What runs add to the hours of their versions. Sorted, so that two writers take the rows' locks in the same order. */
export function versionHoursOf(runs: readonly NewRun[]): Added[] {
  const rows = new Map<string, Added>();
  for (const run of runs) {
    const group = sizeGroup(run.user ?? run.message_id);
    const row = rowOf(rows, run, hourOf(beginOf(run)));
    if (run.kind === 'message') add(row.messages, group, 1);
    add(row.talks, group, begunIn(run));
    add(row.segments, group, run.segments ?? 0);
    if (run.outcome === 'ok' && !run.cost.cold)
      add(rowOf(rows, run, hourOf(run.at)).cpu, cpuClass(run.cost.cpu_us), 1);
  }
  return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** When its conversation began; without one it is its own beginning. */
function beginOf(run: NewRun): number {
  return withinKept(run.talk?.findLast(({ began }) => began !== undefined)?.began ?? run.at, run.at);
}

function begunIn({ talk = [] }: NewRun): number {
  return talk.reduce((sum, { what }) => sum + (what === 'began' ? 1 : 0), 0);
}

function rowOf(rows: Map<string, Added>, { account, app, version }: NewRun, hour: number): Added {
  const key = JSON.stringify([account, app, hour, version]);
  const row = rows.get(key) ?? {
    account,
    app,
    hour,
    version,
    talks: none(SIZE_GROUPS),
    messages: none(SIZE_GROUPS),
    segments: none(SIZE_GROUPS),
    cpu: none(CPU_CLASSES),
  };
  rows.set(key, row);
  return row;
}

function none(length: number): number[] {
  return Array<number>(length).fill(0);
}

function add(counts: number[], place: number, count: number): void {
  counts[place] = (counts[place] ?? 0) + count;
}

export async function forgetVersionHours(database: Database): Promise<void> {
  await database.query(`delete from version_hours where hour < now() - interval '${KEPT_DAYS} days'`);
}
