import { appKey, type AppRef } from '@vumi/core';
import type { Database } from './database.ts';
import type { AppTotals, NewRun } from './run-records.ts';

/** What runs add to one row of the table `usage_totals`. */
interface TotalsRow extends AppRef {
  cpu_us: number;
  wall_us: number;
  wait_us: number;
  sends: number;
  bytes_in: number;
  bytes_out: number;
  cold_starts: number;
}

/** The same of `usage_counts`. */
interface CountRow extends AppRef {
  readonly counted: 'outcome' | 'call';
  readonly name: string;
  count: number;
}

/** Sorted, so that two writers take the rows' locks in the same order. */
export function lifetimeTotalsOf(runs: readonly NewRun[]): { totals: TotalsRow[]; counts: CountRow[] } {
  const sorted = byName(Map.groupBy(runs, appKey)).map(([, own]) => own);
  return { totals: sorted.flatMap(totalsOfApp), counts: sorted.flatMap(countsOfApp) };
}

function byName<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function totalsOfApp(runs: readonly NewRun[]): TotalsRow[] {
  const [first] = runs;
  if (first === undefined) return [];
  const { account, app } = first;
  const zero = { cpu_us: 0, wall_us: 0, wait_us: 0, sends: 0, bytes_in: 0, bytes_out: 0, cold_starts: 0 };
  const row: TotalsRow = { account, app, ...zero };
  for (const { cost } of runs) {
    row.cpu_us += cost.cpu_us;
    row.wall_us += Math.round(cost.wall_ms * 1000);
    row.wait_us += Math.round(cost.wait_ms * 1000);
    row.sends += cost.sends;
    row.bytes_in += cost.bytes_in;
    row.bytes_out += cost.bytes_out;
    row.cold_starts += cost.cold ? 1 : 0;
  }
  return [row];
}

function countsOfApp(runs: readonly NewRun[]): CountRow[] {
  const [first] = runs;
  if (first === undefined) return [];
  const { account, app } = first;
  const outcomes = new Map<string, number>();
  const calls = new Map<string, number>();
  const count = (counts: Map<string, number>, name: string, by: number): void =>
    void counts.set(name, (counts.get(name) ?? 0) + by);
  for (const { outcome, cost } of runs) {
    count(outcomes, outcome, 1);
    for (const [name, by] of Object.entries(cost.calls)) count(calls, name, by);
  }
  const rows = (counted: CountRow['counted'], counts: Map<string, number>): CountRow[] =>
    byName(counts).map(([name, by]) => ({ account, app, counted, name, count: by }));
  return [...rows('call', calls), ...rows('outcome', outcomes)];
}

/** All apps that have ever run, the busiest first. */
export async function readTotals(database: Database): Promise<AppTotals[]> {
  return database.query<AppTotals>(
    `select account, app, cpu_us::float8, wall_us::float8, wait_us::float8, sends::float8, bytes_in::float8,
       bytes_out::float8, cold_starts::float8, coalesce(outcomes, '{}') as outcomes, coalesce(calls, '{}') as calls,
       exists (select from apps where apps.account = usage_totals.account and apps.app = usage_totals.app) as deployed
     from usage_totals left join (
       select account, app,
         json_object_agg(name, count) filter (where counted = 'outcome') as outcomes,
         json_object_agg(name, count) filter (where counted = 'call') as calls
       from usage_counts group by 1, 2) as counted using (account, app)
     order by cpu_us desc, account, app`,
  );
}
