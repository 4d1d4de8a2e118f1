import type { Statements } from '../database.ts';

/** Values of one series within one step. */
export interface Point {
  readonly store: string;
  readonly metric: string;
  readonly aggregator: string;
  /** Seconds since the epoch, as `last_at`. */
  readonly at: number;
  count: number;
  sum: number;
  min: number;
  max: number;
  last: number;
  last_at: number;
}

/** A value, and what it is of; `at` in milliseconds since the epoch. */
export interface SeriesValue extends Pick<Point, 'store' | 'metric' | 'aggregator'> {
  readonly at: number;
  readonly value: number;
}

/** How two rows of the same step become one. */
export const MERGED = `
  count = known.count + excluded.count,
  sum = known.sum + excluded.sum,
  min = least(known.min, excluded.min),
  max = greatest(known.max, excluded.max),
  last = case when excluded.last_at >= known.last_at then excluded.last else known.last end,
  last_at = greatest(known.last_at, excluded.last_at)`;

/** Values by step: `seconds` is its length. */
export function toPoints(values: readonly SeriesValue[], seconds: number): Point[] {
  const points = new Map<string, Point>();
  for (const { store, metric, aggregator, value, at } of values) {
    const start = Math.floor(at / (seconds * 1000)) * seconds;
    const name = JSON.stringify([store, metric, aggregator, start]);
    const known = points.get(name);
    if (known === undefined) {
      const first = { count: 1, sum: value, min: value, max: value, last: value, last_at: at / 1000 };
      points.set(name, { store, metric, aggregator, at: start, ...first });
    } else addValue(known, value, at / 1000);
  }
  return [...points.values()];
}

function addValue(point: Point, value: number, at: number): void {
  point.count += 1;
  point.sum += value;
  point.min = Math.min(point.min, value);
  point.max = Math.max(point.max, value);
  if (at < point.last_at) return;
  point.last = value;
  point.last_at = at;
}

export interface PointsPlace {
  /** Empty: the platform's own. */
  readonly account: string;
  /** Seconds of a row. */
  readonly step: number;
  /** Series that the account may have. */
  readonly most: number;
}

const GIVEN = `json_to_recordset($2) as given (store text, metric text, aggregator text, at float8, count bigint,
  sum float8, min float8, max float8, last float8, last_at float8)`;

const ADD = `
  with found as (
    select given.*, series.id from ${GIVEN}
    left join series on series.account = $1 and series.store = given.store and series.metric = given.metric
      and series.aggregator = given.aggregator),
  added as (
    insert into series_points as known (series, step, at, count, sum, min, max, last, last_at)
    select id, $3, to_timestamp(at), count, sum, min, max, last, to_timestamp(last_at)
    from found where id is not null
    on conflict (series, step, at) do update set ${MERGED})
  select store, metric, aggregator, at from found where id is null`;

const MAKE = `
  insert into series (account, store, metric, aggregator)
  select $1, store, metric, aggregator
  from (select distinct store, metric, aggregator from ${GIVEN}) as named
  order by store, metric, aggregator
  limit greatest(0, $3 - (select count(*) from series where account = $1))
  on conflict do nothing`;

/**
 * Takes points into their series, which are made when they are new. Answers those for whose series there was no room.
 * Whoever writes for an account does so alone: another's new series would not be seen in the same statement.
 */
export async function addPoints(
  statements: Statements,
  { account, step, most }: PointsPlace,
  points: readonly Point[],
): Promise<readonly Point[]> {
  const add = async (some: readonly Point[]): Promise<readonly Point[]> => {
    const rows = await statements.query<Point>(ADD, [account, JSON.stringify(some), step]);
    const missing = new Set(rows.map(nameOf));
    return missing.size === 0 ? [] : some.filter((point) => missing.has(nameOf(point)));
  };
  const missing = await add(points);
  if (missing.length === 0) return [];
  await statements.query(MAKE, [account, JSON.stringify(missing), most]);
  return add(missing);
}

function nameOf({
  store,
  metric,
  aggregator,
  at,
}: Pick<Point, 'store' | 'metric' | 'aggregator' | 'at'>): string {
  return JSON.stringify([store, metric, aggregator, at]);
}
