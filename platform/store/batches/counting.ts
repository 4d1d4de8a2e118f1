import { encodeNumberArray, encodeTextArray } from '../array-parameter.ts';
import type { Database, Statements } from '../database.ts';
import { EVENT_KIND, HOUR, MESSAGE_KIND } from './status-kinds.ts';
import { sumUp, type Sum } from './sums.ts';

/** Rows of one step: a step is a transaction of some ten milliseconds. */
const STEP = 2000;
/** So long an event waits for the row of its message, looked for ever more rarely; then it is counted as nobody's. */
const WAITS_MS = 3_600_000;
/** Where the message of an event is looked for first: in the weeks of three partitions at most. */
const DAYS_BEFORE = 14;
const UNCERTAIN = 'nack.uncertain';

interface Uncounted {
  readonly account: string | null;
  readonly app: string | null;
  readonly transport: string | null;
  readonly kind: string;
  readonly at: string;
  readonly count: number;
  /** Null for messages, which know whose they are. */
  readonly event_id: string | null;
  readonly message_id: string | null;
  readonly week: string | null;
  readonly created_at: string;
  readonly waited_ms: number;
}

interface Owned extends Pick<Uncounted, 'account' | 'app' | 'transport'> {
  /** Of an uncertain message, where two versions of its app were live: the one that sent it, and when. */
  readonly version: string | null;
  readonly sent_at: string | null;
}

/**
 * One step of counting, by one process at a time. What is taken is in the counts with the same commit, so nothing is
 * counted twice. An event and a batch's message meet in the step that takes the later of the two: events are counted for
 * the messages whose batches have them already, and a batch's message with the events that have been taken before it.
 */
export function countWritten(database: Database): Promise<boolean> {
  return database.transaction(async (statements) => {
    const mine = await statements.query('select id from counting for update skip locked');
    if (mine.length === 0) return true;
    const taken = await takeUncounted(statements);
    const joined = await countJoined(statements);
    return taken < STEP && joined < STEP;
  });
}

async function takeUncounted(statements: Statements): Promise<number> {
  const taken = await statements.query<Uncounted>(
    `delete from uncounted where id in (
       select id from uncounted where due_at is null or due_at <= now() order by id limit ${STEP})
     returning account, app, transport, kind, at, count, event_id, message_id, week::text, created_at,
       extract(epoch from now() - created_at)::float8 * 1000 as waited_ms`,
  );
  if (taken.length === 0) return 0;
  const events = taken.filter(({ event_id }) => event_id !== null);
  const owners = await findOwners(statements, events);
  const ownerOf = ({ message_id }: Uncounted): Owned | undefined => owners.get(message_id ?? '');
  const isEarly = (row: Uncounted): boolean =>
    row.event_id !== null && ownerOf(row) === undefined && row.waited_ms < WAITS_MS;
  await putBack(statements, taken.filter(isEarly));
  const ready = taken.filter((row) => !isEarly(row));
  await addToCounts(
    statements,
    ready.map((row) => Object.assign({}, row, ownerOf(row))),
  );
  await addUncertain(statements, ready.map(ownerOf));
  await addToBatches(
    statements,
    events.filter((row) => ownerOf(row) !== undefined),
  );
  return taken.length;
}

/** Whose the messages of events are. An event that has waited in vain looks through all partitions. */
async function findOwners(
  statements: Statements,
  events: readonly Uncounted[],
): Promise<ReadonlyMap<string, Owned>> {
  const found = new Map<string, Owned>();
  for (const isLast of [false, true]) {
    const asked = events.filter((row) => row.waited_ms >= WAITS_MS === isLast);
    if (asked.length === 0) continue;
    const rows = await statements.query<Owned & { id: string }>(
      `select id, account, app, transport, version, case when version is not null then sent_at end as sent_at
       from unnest($1::text[], $2::date[], $3::text[]) as given (id, week, kind)
         cross join lateral (
           select account, app, transport, at as sent_at,
             case when kind = '${UNCERTAIN}' then substring(body #>> '{helper_metadata,vumi,version}' from '^\\d{1,9}$') end
               as version
           from messages
           where message_id = id ${isLast ? '' : `and messages.week between given.week - ${DAYS_BEFORE} and given.week`}
           limit 1) as message`,
      [
        asked.map(({ message_id }) => message_id),
        asked.map(({ week }) => week),
        asked.map(({ kind }) => kind),
      ],
    );
    for (const { id, ...owner } of rows) found.set(id, owner);
  }
  return found;
}

async function putBack(statements: Statements, events: readonly Uncounted[]): Promise<void> {
  if (events.length === 0) return;
  const text = (column: (row: Uncounted) => string | null): Buffer =>
    encodeTextArray('text', events.map(column));
  await statements.query(
    `insert into uncounted (kind, at, count, event_id, message_id, week, created_at, due_at)
     select kind, at::timestamptz, 1, event_id, message_id, week::date, created_at::timestamptz,
       now() + (now() - created_at::timestamptz)
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
       as given (kind, at, event_id, message_id, week, created_at)`,
    [
      text(({ kind }) => kind),
      text(({ at }) => at),
      text(({ event_id }) => event_id),
      text(({ message_id }) => message_id),
      text(({ week }) => week),
      text(({ created_at }) => created_at),
    ],
  );
}

async function addToCounts(statements: Statements, rows: readonly Uncounted[]): Promise<void> {
  const sums = sumUp(rows, (row) => [
    row.account ?? '',
    row.app ?? '',
    row.transport ?? '',
    row.kind,
    row.at,
  ]);
  if (sums.length === 0) return;
  await statements.query(
    `insert into status_counts as counts (account, unit, at, app, transport, kind, count)
     select account, unit, date_trunc(unit, at::timestamptz, 'UTC'), app, transport, kind, sum(count)
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[])
       as given (account, app, transport, kind, at, count)
       cross join (values ('hour'), ('day')) as units (unit)
     group by 1, 2, 3, 4, 5, 6
     on conflict (account, unit, at, app, transport, kind) do update set count = counts.count + excluded.count`,
    columnsOf(sums, 5),
  );
}

/** Of messages whose versions are compared. */
async function addUncertain(statements: Statements, owners: readonly (Owned | undefined)[]): Promise<void> {
  const sums = sumUp(
    owners.flatMap((owner) => (owner?.version == null ? [] : [{ ...owner, count: 1 }])),
    ({ account, app, version, sent_at }) => [account ?? '', app ?? '', version ?? '', sent_at ?? ''],
  );
  if (sums.length === 0) return;
  await statements.query(
    `insert into funnel as known (account, app, hour, version, screen, question, counted, count)
     select account, app, date_trunc('hour', at::timestamptz, 'UTC'), version::int, '', '', 'uncertain', sum(count)
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[]) as given (account, app, version, at, count)
     group by 1, 2, 3, 4
     on conflict (account, app, hour, version, screen, question, counted)
       do update set count = known.count + excluded.count`,
    columnsOf(sums, 4),
  );
}

function columnsOf(sums: readonly Sum[], width: number): Buffer[] {
  const texts = Array.from({ length: width }, (_, index) =>
    encodeTextArray(
      'text',
      sums.map(({ key }) => key[index] ?? ''),
    ),
  );
  return [...texts, encodeNumberArray(sums.map(({ count }) => count))];
}

/** Events of messages whose batches have counted them already. */
async function addToBatches(statements: Statements, events: readonly Uncounted[]): Promise<void> {
  if (events.length === 0) return;
  const ids = [...new Set(events.map(({ message_id }) => message_id))];
  const members = await statements.query<{ batch: string; message_id: string }>(
    'select batch, message_id from batch_messages where message_id = any($1) and counted',
    [ids],
  );
  const batches = Map.groupBy(members, ({ message_id }) => message_id);
  const rows = events.flatMap(({ message_id, kind, at, count }) =>
    (batches.get(message_id ?? '') ?? []).map(({ batch }) => ({ batch, at, kind, count })),
  );
  const sums = sumUp(rows, ({ batch, at, kind }) => [batch, at, kind]);
  if (sums.length === 0) return;
  await statements.query(
    `insert into batch_counts as counts (batch, at, kind, count)
     select batch, at::timestamptz, kind, count from unnest($1::text[], $2::text[], $3::text[], $4::float8[])
       as given (batch, at, kind, count)
     on conflict (batch, at, kind) do update set count = counts.count + excluded.count`,
    columnsOf(sums, 3),
  );
}

async function countJoined(statements: Statements): Promise<number> {
  const joined = await statements.query<{ batch: string; message_id: string }>(
    `update batch_messages set counted = true where (batch, message_id) in (
       select batch, message_id from batch_messages where not counted order by batch, message_id limit ${STEP})
     returning batch, message_id`,
  );
  if (joined.length === 0) return 0;
  await statements.query(
    `with joined as (
       select * from unnest($1::text[], $2::text[]) as given (batch, message_id)
     ), happened as (
       select batch, ${HOUR} as hour, ${MESSAGE_KIND} as kind from joined cross join lateral (
         select at, direction, status from messages where messages.message_id = joined.message_id limit 1) as message
       union all
       select batch, ${HOUR}, ${EVENT_KIND} from joined cross join lateral (
         select at, status from events where user_message_id = joined.message_id
           and not exists (select from uncounted where uncounted.event_id = events.event_id)) as told
     )
     insert into batch_counts as counts (batch, at, kind, count)
     select batch, hour, kind, count(*) from happened group by 1, 2, 3
     on conflict (batch, at, kind) do update set count = counts.count + excluded.count`,
    [joined.map(({ batch }) => batch), joined.map(({ message_id }) => message_id)],
  );
  return joined.length;
}
