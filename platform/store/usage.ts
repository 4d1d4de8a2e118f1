import { VumiError, type AppRef } from '@vumi/core';
import { requireAccount } from './accounts.ts';
import { requireApp } from './apps.ts';
import { checkInstant, checkSlug } from './checks.ts';
import type { Database } from './database.ts';
import type { AccountUsage, AppUsage, NewRun, Usage, UsageRange } from './run-records.ts';
import type { UsageStore } from './app-ports.ts';
import { readTotals } from './usage-totals.ts';

const HOUR_MS = 3_600_000;
const MONTH_MS = 31 * 24 * HOUR_MS;
/** Of the SDK, and of the classic API: `http.get`. */
const HTTP = /^http(\.|$)/;

/** One row of the table `usage`, as it is added to. */
export interface UsageRow extends AppRef {
  /** Seconds since the epoch. */
  readonly hour: number;
  messages: number;
  cpu_us: number;
  http_calls: number;
  host_calls: number;
  sends: number;
  bytes_in: number;
  bytes_out: number;
  cold_starts: number;
}

export interface FailureRow extends AppRef {
  readonly hour: number;
  readonly reason: string;
  messages: number;
}

/** What runs add to the totals. Sorted, so that two writers take the rows' locks in the same order. */
export function totalsOf(runs: readonly NewRun[]): { usage: UsageRow[]; failures: FailureRow[] } {
  const usage = new Map<string, UsageRow>();
  const failures = new Map<string, FailureRow>();
  for (const run of runs) {
    const hour = (Math.floor(run.at / HOUR_MS) * HOUR_MS) / 1000;
    const key = `${run.account}/${run.app}/${hour}`;
    const row = usage.get(key) ?? emptyRow(run, hour);
    usage.set(key, row);
    addTo(row, run);
    if (run.outcome === 'ok') continue;
    const failed = failures.get(`${key}/${run.outcome}`) ?? {
      account: run.account,
      app: run.app,
      hour,
      reason: run.outcome,
      messages: 0,
    };
    failed.messages += 1;
    failures.set(`${key}/${run.outcome}`, failed);
  }
  return { usage: sorted(usage), failures: sorted(failures) };
}

function sorted<T>(rows: ReadonlyMap<string, T>): T[] {
  return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function emptyRow({ account, app }: AppRef, hour: number): UsageRow {
  const zero = { messages: 0, cpu_us: 0, http_calls: 0, host_calls: 0, sends: 0 };
  return { account, app, hour, ...zero, bytes_in: 0, bytes_out: 0, cold_starts: 0 };
}

function addTo(row: UsageRow, { cost }: NewRun): void {
  row.messages += 1;
  row.cpu_us += cost.cpu_us;
  for (const [kind, count] of Object.entries(cost.calls)) {
    row.host_calls += count;
    if (HTTP.test(kind)) row.http_calls += count;
  }
  row.sends += cost.sends;
  row.bytes_in += cost.bytes_in;
  row.bytes_out += cost.bytes_out;
  row.cold_starts += cost.cold ? 1 : 0;
}

const SUMS = `sum(messages)::float8 as messages, round(sum(cpu_us) / 1000.0, 3)::float8 as cpu_ms,
  sum(http_calls)::float8 as http_calls, sum(host_calls)::float8 as host_calls, sum(sends)::float8 as sends,
  sum(bytes_in)::float8 as bytes_in, sum(bytes_out)::float8 as bytes_out, sum(cold_starts)::float8 as cold_starts`;
const NOTHING: Usage = {
  messages: 0,
  cpu_ms: 0,
  http_calls: 0,
  host_calls: 0,
  sends: 0,
  bytes_in: 0,
  bytes_out: 0,
  cold_starts: 0,
  failures: {},
};

export function openUsage(database: Database): UsageStore {
  return {
    totals: () => readTotals(database),
    async ofApp(ref, range) {
      await requireApp(database, ref);
      const { from, to } = boundsOf(range);
      const values = [ref.account, from, to, ref.app];
      const hours = await sums<{ hour: string }>(database, { by: 'hour', values });
      return { ...ref, from, to, total: addUp(hours), hours } satisfies AppUsage;
    },
    async ofAccount(account, range) {
      checkSlug('account', account);
      await requireAccount(database, account);
      const { from, to } = boundsOf(range);
      const apps = await sums<{ app: string }>(database, { by: 'app', values: [account, from, to] });
      return { account, from, to, total: addUp(apps), apps } satisfies AccountUsage;
    },
  };
}

async function sums<K extends object>(
  database: Database,
  { by, values }: { by: 'app' | 'hour'; values: readonly string[] },
): Promise<(K & Usage)[]> {
  const where = `account = $1 and hour >= date_trunc('hour', $2::timestamptz) and hour < $3
    ${values.length > 3 ? 'and app = $4' : ''}`;
  const [rows, failures] = await Promise.all([
    database.query<Omit<Usage, 'failures'> & Record<string, unknown>>(
      `select ${by}, ${SUMS} from usage where ${where} group by 1 order by 1`,
      values,
    ),
    database.query<{ key: string; reason: string; messages: number }>(
      `select ${by} as key, reason, sum(messages)::float8 as messages from usage_failures
       where ${where} group by 1, 2 order by 1, 2`,
      values,
    ),
  ]);
  return rows.map((row) => {
    const own = failures.filter(({ key }) => key === row[by]);
    const reasons = Object.fromEntries(own.map(({ reason, messages }) => [reason, messages]));
    return Object.assign(row, { failures: reasons }) as unknown as K & Usage;
  });
}

function addUp(parts: readonly Usage[]): Usage {
  const total: Record<string, number> = {};
  const failures: Record<string, number> = {};
  for (const { failures: own, ...counts } of parts) {
    for (const [name, count] of Object.entries(counts))
      if (typeof count === 'number') total[name] = (total[name] ?? 0) + count;
    for (const [reason, count] of Object.entries(own)) failures[reason] = (failures[reason] ?? 0) + count;
  }
  return { ...NOTHING, ...total, failures };
}

export function boundsOf(range: UsageRange): { from: string; to: string } {
  const to = range.to === undefined ? Date.now() : checkInstant('to', range.to);
  const from = range.from === undefined ? to - MONTH_MS : checkInstant('from', range.from);
  if (from >= to) throw new VumiError('request.invalid', '"from" must be before "to"', { field: 'from' });
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
