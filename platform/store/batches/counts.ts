import { VumiError } from '@vumi/core';
import { requireAccount } from '../accounts.ts';
import { checkInstant } from '../checks.ts';
import type { Database } from '../database.ts';
import type { CountedRange, CountGroup, Counts, CountsQuery, CountsRow } from './batch-ports.ts';
import { countWritten } from './counting.ts';
import { addUpKinds } from './status-kinds.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What is read when nobody says, and the most: so many rows an account may have and still be added up at once. */
const RANGES = {
  hour: { usual: 2 * DAY_MS, most: 31 * DAY_MS },
  day: { usual: 31 * DAY_MS, most: 366 * DAY_MS },
};

export function openCounts(database: Database): Counts {
  return {
    read: (query) => readCounts(database, query),
    fold: () => countWritten(database),
  };
}

type Row = Readonly<Record<CountGroup, string>> & {
  readonly at: string;
  readonly kind: string;
  readonly count: number;
};

async function readCounts(database: Database, query: CountsQuery): Promise<CountedRange> {
  const { account, unit, group } = query;
  if (account !== null) await requireAccount(database, account);
  const { from, to } = boundsOf(query);
  const columns = ['at', ...group, 'kind'].join(', ');
  const rows = await database.query<Row>(
    `select ${columns}, sum(count)::float8 as count from status_counts
     where unit = $1 and at >= date_trunc($1, $2::timestamptz, 'UTC') and at < $3
       ${account === null ? '' : 'and account = $4'}
     group by ${columns} order by ${columns}`,
    [unit, from, to, ...(account === null ? [] : [account])],
  );
  const keyOf = (row: Row): string => JSON.stringify([row.at, ...group.map((name) => row[name])]);
  return {
    from,
    to,
    total: addUpKinds(rows),
    rows: [...Map.groupBy(rows, keyOf).values()].flatMap((own) => showRow(own, group)),
  };
}

function showRow(rows: readonly Row[], group: readonly CountGroup[]): CountsRow[] {
  const [first] = rows;
  if (first === undefined) return [];
  const names = Object.fromEntries(group.map((name) => [name, first[name] === '' ? null : first[name]]));
  return [{ at: first.at, ...names, counts: addUpKinds(rows) }];
}

function boundsOf({ unit, from: first, to: last }: CountsQuery): { from: string; to: string } {
  const { usual, most } = RANGES[unit];
  const to = last === undefined ? Date.now() : checkInstant('to', last);
  const from = first === undefined ? to - usual : checkInstant('from', first);
  if (from >= to) throw new VumiError('request.invalid', '"from" must be before "to"', { field: 'from' });
  if (to - from > most) {
    throw new VumiError(
      'request.invalid',
      `counts by the ${unit} are read for ${most / DAY_MS} days at most: ask for less${unit === 'hour' ? ', or by the day' : ''}`,
      { field: 'from' },
    );
  }
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
