import type { MetricEffect } from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import { checkInstant, checkSlug } from './checks.ts';
import type { Database, Statements } from './database.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { MetricName, MetricPoint, MetricQuery, Page, PageQuery } from './records.ts';
import type { Metrics } from './store.ts';

/** What becomes of the values of a step: for each aggregator an expression over the minutes. */
const COMBINED: Readonly<Record<MetricName['aggregator'], string>> = {
  sum: 'sum(sum)',
  avg: 'sum(sum) / sum(count)',
  min: 'min(min)',
  max: 'max(max)',
  last: '(array_agg(last order by last_at desc))[1]',
};
/** Points of one answer at most. */
const MAX_POINTS = 10_000;
const cursorSchema = z.tuple([z.literal('metrics'), z.string(), z.string(), z.string()]);

export function openMetrics(database: Database): Metrics {
  return {
    list: (account, page) => listMetrics(database, account, page),
    series: (account, query) => readSeries(database, account, query),
  };
}

/** Jumps from name to name: a metric has a row for each minute. */
const NAMES = `
  with recursive names as (
    (select store, metric, aggregator from metrics
     where account = $1 and (store, metric, aggregator) > ($2, $3, $4)
     order by store, metric, aggregator limit 1)
    union all
    select next.* from names cross join lateral (
      select store, metric, aggregator from metrics
      where account = $1 and (store, metric, aggregator) > (names.store, names.metric, names.aggregator)
      order by store, metric, aggregator limit 1) as next)
  select * from names limit $5`;

async function listMetrics(database: Database, account: string, page: PageQuery): Promise<Page<MetricName>> {
  checkSlug('account', account);
  const limit = pageLimit(page.limit);
  const [, ...after] = decodeCursor(cursorSchema, page.cursor) ?? ['metrics', '', '', ''];
  const rows = await database.query<MetricName>(NAMES, [account, ...after, limit + 1]);
  if (rows.length === 0) await requireAccount(database, account);
  return toPage(rows, limit, {
    key: ({ store, metric, aggregator }) => ['metrics', store, metric, aggregator],
    item: (row) => row,
  });
}

async function readSeries(database: Database, account: string, query: MetricQuery): Promise<MetricPoint[]> {
  checkSlug('account', account);
  const { store, metric, aggregator, from, to, stepMinutes } = query;
  const instant = (field: string, text: string): string => new Date(checkInstant(field, text)).toISOString();
  return database.query<MetricPoint>(
    `select date_bin($7 * interval '1 minute', minute, timestamptz '2000-01-01 00:00:00+00') as at,
       ${COMBINED[aggregator]} as value
     from metrics
     where account = $1 and store = $2 and metric = $3 and aggregator = $4 and minute >= $5 and minute < $6
     group by 1 order by 1 limit ${MAX_POINTS}`,
    [account, store, metric, aggregator, instant('from', from), instant('to', to), stepMinutes],
  );
}

/** The values of one metric within one minute. */
interface Minute {
  readonly store: string;
  readonly metric: string;
  readonly aggregator: MetricEffect['aggregator'];
  /** Seconds since the epoch, as `last_at`. */
  readonly minute: number;
  count: number;
  sum: number;
  min: number;
  max: number;
  last: number;
  last_at: number;
}

/** Takes values into their minutes. */
export async function addToMetrics(
  statements: Statements,
  account: string,
  effects: readonly MetricEffect[],
): Promise<void> {
  if (effects.length === 0) return;
  await statements.query(
    `insert into metrics as known (account, store, metric, aggregator, minute, count, sum, min, max, last, last_at)
     select $1, store, metric, aggregator, to_timestamp(minute), count, sum, min, max, last, to_timestamp(last_at)
     from json_to_recordset($2) as given (store text, metric text, aggregator text, minute float8, count bigint,
       sum float8, min float8, max float8, last float8, last_at float8)
     on conflict (account, store, metric, aggregator, minute) do update set
       count = known.count + excluded.count,
       sum = known.sum + excluded.sum,
       min = least(known.min, excluded.min),
       max = greatest(known.max, excluded.max),
       last = case when excluded.last_at >= known.last_at then excluded.last else known.last end,
       last_at = greatest(known.last_at, excluded.last_at)`,
    [account, JSON.stringify(minutesOf(effects))],
  );
}

function minutesOf(effects: readonly MetricEffect[]): Minute[] {
  const minutes = new Map<string, Minute>();
  for (const { store, metric, aggregator, value, at } of effects) {
    const minute = Math.floor(at / 60_000) * 60;
    const name = JSON.stringify([store, metric, aggregator, minute]);
    const known = minutes.get(name);
    if (known === undefined) {
      const first = { count: 1, sum: value, min: value, max: value, last: value, last_at: at / 1000 };
      minutes.set(name, { store, metric, aggregator, minute, ...first });
    } else addValue(known, value, at / 1000);
  }
  return [...minutes.values()];
}

function addValue(minute: Minute, value: number, at: number): void {
  minute.count += 1;
  minute.sum += value;
  minute.min = Math.min(minute.min, value);
  minute.max = Math.max(minute.max, value);
  if (at < minute.last_at) return;
  minute.last = value;
  minute.last_at = at;
}
