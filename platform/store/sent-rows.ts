import { isSurelyLarger, type AppRef } from '@vumi/core';
import type { Database } from './database.ts';
import { compareHours } from './rollouts/compare-hours.ts';
import type { SentRow } from './run-records.ts';

/** What the versions of an app sent in a time, the newest first; of the newest is said whether that is more than before. */
export async function readSent(
  database: Database,
  ref: AppRef,
  [from, to]: readonly [from: string, to: string],
): Promise<SentRow[]> {
  const rows = await database.query<SentRow>(
    `select version, coalesce(sum(segments), 0)::float8 as segments, coalesce(sum(conversations), 0)::float8 as conversations,
       coalesce(sum(messages), 0)::float8 as messages
     from (
       select version, (select sum(one) from unnest(segments) as one) as segments,
         (select sum(one) from unnest(talks) as one) as conversations,
         (select sum(one) from unnest(messages) as one) as messages
       from version_hours
       where account = $1 and app = $2 and hour >= date_trunc('hour', $3::timestamptz) and hour < $4) as hours
     group by 1 order by 1 desc`,
    [ref.account, ref.app, from, to],
  );
  const [candidate, stable] = rows;
  if (candidate === undefined || stable === undefined) return rows;
  const versions = { ref, candidate: candidate.version, stable: stable.version };
  const { sizes } = await compareHours(database, versions, [from, to]);
  return sizes !== null && isSurelyLarger(sizes)
    ? rows.map((row) => (row === candidate ? Object.assign(row, { more_than: stable.version }) : row))
    : rows;
}
