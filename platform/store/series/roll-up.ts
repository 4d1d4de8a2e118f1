import { errorText, type Logger } from '@vumi/core';
import type { Database } from '../database.ts';
import { MERGED } from './points.ts';
import { TIERS } from './tiers.ts';

/** Series that one statement looks at. */
const SERIES_AT_ONCE = 50;

const ROLL = `
  with old as (
    delete from series_points where series = any($1) and step = $2 and at < $4::timestamptz returning *)
  insert into series_points as known (series, step, at, count, sum, min, max, last, last_at)
  select series, $3::integer, date_bin($3::integer * interval '1 second', at, timestamptz '2000-01-01 00:00:00+00') as start,
    sum(count)::bigint, sum(sum), min(min), max(max), (array_agg(last order by last_at desc))[1], max(last_at)
  from old group by series, start
  on conflict (series, step, at) do update set ${MERGED}`;

/**
 * Merges rows that are old into longer ones, and takes away those that are older than any; then series without rows.
 * Each value is moved in one statement, so that it is in one row at every moment. `now` in milliseconds since the epoch.
 */
export async function rollUp(database: Database, now: number, logger: Logger): Promise<void> {
  for (let after = 0; ;) {
    const rows = await database.query<{ id: number }>(
      `select id from series where id > $1 order by id limit ${SERIES_AT_ONCE}`,
      [after],
    );
    const ids = rows.map(({ id }) => id);
    const last = ids.at(-1);
    if (last === undefined) return;
    after = last;
    for (const [index, { step, keptFor }] of TIERS.entries()) {
      const next = TIERS[index + 1]?.step ?? null;
      const before = new Date(cutOff(now, keptFor, next ?? step)).toISOString();
      if (next === null) await drop(database, { ids, step, before });
      else await database.query(ROLL, [ids, step, next, before]);
    }
    await forgetEmpty(database, ids, logger);
  }
}

/** Only whole rows of the next length, so that each is made once, but for what comes late. */
function cutOff(now: number, keptForSeconds: number, nextSeconds: number): number {
  const lengthMs = nextSeconds * 1000;
  return Math.floor((now - keptForSeconds * 1000) / lengthMs) * lengthMs;
}

async function drop(
  database: Database,
  { ids, step, before }: { readonly ids: readonly number[]; readonly step: number; readonly before: string },
): Promise<void> {
  await database.query(
    'delete from series_points where series = any($1) and step = $2 and at < $3::timestamptz',
    [ids, step, before],
  );
}

async function forgetEmpty(database: Database, ids: readonly number[], logger: Logger): Promise<void> {
  try {
    await database.query(
      `delete from series where id = any($1)
       and not exists (select from series_points where series_points.series = series.id)`,
      [ids],
    );
  } catch (error) {
    // One of them has just got a point: the next time will do.
    logger.debug({ reason: errorText(error) }, 'empty series stay for now');
  }
}
