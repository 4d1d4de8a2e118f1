import { z } from 'zod';
import { checkInstant } from '../checks.ts';
import type { Database } from '../database.ts';
import { decodeCursor, pageLimit, toPage } from '../page.ts';
import type { Page, PageQuery } from '../records.ts';
import type { SeriesName, SeriesPoint, SeriesQuery } from './series-ports.ts';

/** What becomes of the values of a step: for each aggregator an expression over rows. Of one's own: their mean. */
const COMBINED: Readonly<Record<string, string>> = {
  sum: 'sum(sum)',
  avg: 'sum(sum) / sum(count)',
  min: 'min(min)',
  max: 'max(max)',
  last: '(array_agg(last order by last_at desc))[1]',
};
const MEAN = 'sum(sum) / sum(count)';
/** All steps that divide a week begin here at midnight of UTC. */
const ROUND = '2000-01-01T00:00:00Z';
/** Points of one answer at most. */
const MAX_POINTS = 10_000;
const cursorSchema = z.tuple([z.literal('metrics'), z.string(), z.string(), z.string()]);

/** Series of an account (empty: the platform) whose metric begins so, by name. */
export async function listSeries(
  database: Database,
  account: string,
  { limit: wanted, cursor, prefix = '' }: PageQuery & { readonly prefix?: string },
): Promise<Page<SeriesName>> {
  const limit = pageLimit(wanted);
  const [, ...after] = decodeCursor(cursorSchema, cursor) ?? ['metrics', '', '', ''];
  const rows = await database.query<SeriesName>(
    `select store, metric, aggregator from series
     where account = $1 and (store, metric, aggregator) > ($2, $3, $4) and starts_with(metric, $5)
     order by store, metric, aggregator limit $6`,
    [account, ...after, prefix, limit + 1],
  );
  return toPage(rows, limit, {
    key: ({ store, metric, aggregator }) => ['metrics', store, metric, aggregator],
    item: (row) => row,
  });
}

/** The values of a series in steps, whatever the length of the rows: each value is in one of them. */
export async function readSeries(
  database: Database,
  account: string,
  { store, metric, aggregator, from, to, stepSeconds, origin = ROUND }: SeriesQuery,
): Promise<SeriesPoint[]> {
  const instant = (field: string, text: string): string => new Date(checkInstant(field, text)).toISOString();
  const combined = Object.hasOwn(COMBINED, aggregator) ? COMBINED[aggregator] : MEAN;
  return database.query<SeriesPoint>(
    `select date_bin($7 * interval '1 second', at, $8::timestamptz) as at,
       ${combined} as value
     from series_points
     where series = (select id from series where account = $1 and store = $2 and metric = $3 and aggregator = $4)
       and at >= $5::timestamptz and at < $6::timestamptz
     group by 1 order by 1 limit ${MAX_POINTS}`,
    [account, store, metric, aggregator, instant('from', from), instant('to', to), stepSeconds, origin],
  );
}
