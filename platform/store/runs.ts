import { appKey, deriveId, VumiError, type AppRef, type Logger } from '@vumi/core';
import { z } from 'zod';
import { requireApp } from './apps.ts';
import { encodeNumberArray, encodeTextArray } from './array-parameter.ts';
import { BatchWriter } from './batch-writer.ts';
import { checkRef } from './checks.ts';
import type { Database } from './database.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import { indexedId } from './indexed-text.ts';
import type { Page } from './records.ts';
import type { NewRun, RunDetail, RunQuery, RunRow } from './run-records.ts';
import type { Runs } from './app-ports.ts';
import { TrimSchedule } from './trim-schedule.ts';
import { forgetFunnel, FunnelCounts } from './funnel.ts';
import { totalsOf } from './usage.ts';
import { lifetimeTotalsOf } from './usage-totals.ts';
import { ADD_VERSION_HOURS, forgetVersionHours, versionHoursOf } from './version-hours.ts';

/** Runs that are kept of each app: so many that worked, and so many that failed. */
const KEPT = 1000;
const TRIM_EVERY = 100;
/** Characters of all records that are kept of an app; older ones go, their metering stays. */
const KEPT_RECORDS = 32 * 1024 * 1024;
/** Characters of records that wait to be written, of all apps; above that runs are metered and not recorded. */
const MOST_WAITING = 8 * 1024 * 1024;
/** Nobody waits for these rows: few large steps cost the database least. */
const BATCHES = { maxRows: 2000, gapMs: 500, burst: 2, maxFlights: 1, maxWaiting: 20_000 };
/** Batches between two times that their ids are forgotten. */
const FORGET_EVERY = 1000;

const INSERT = `
  with batch as (insert into usage_batches (id) values ($1) on conflict do nothing returning id),
  counted as (
    insert into usage as known
      (account, app, hour, messages, cpu_us, http_calls, host_calls, sends, bytes_in, bytes_out, cold_starts)
    select account, app, to_timestamp(hour), messages, cpu_us, http_calls, host_calls, sends, bytes_in, bytes_out,
      cold_starts
    from batch, json_to_recordset($2) as given (account text, app text, hour float8, messages bigint, cpu_us bigint,
      http_calls bigint, host_calls bigint, sends bigint, bytes_in bigint, bytes_out bigint, cold_starts bigint)
    on conflict (account, app, hour) do update set
      messages = known.messages + excluded.messages,
      cpu_us = known.cpu_us + excluded.cpu_us,
      http_calls = known.http_calls + excluded.http_calls,
      host_calls = known.host_calls + excluded.host_calls,
      sends = known.sends + excluded.sends,
      bytes_in = known.bytes_in + excluded.bytes_in,
      bytes_out = known.bytes_out + excluded.bytes_out,
      cold_starts = known.cold_starts + excluded.cold_starts),
  failed as (
    insert into usage_failures as known (account, app, hour, reason, messages)
    select account, app, to_timestamp(hour), reason, messages
    from batch, json_to_recordset($3) as given (account text, app text, hour float8, reason text, messages bigint)
    on conflict (account, app, hour, reason) do update set messages = known.messages + excluded.messages),
  totalled as (
    insert into usage_totals as known
      (account, app, cpu_us, wall_us, wait_us, sends, bytes_in, bytes_out, cold_starts)
    select account, app, cpu_us, wall_us, wait_us, sends, bytes_in, bytes_out, cold_starts
    from batch, json_to_recordset($15) as given (account text, app text, cpu_us bigint, wall_us bigint, wait_us bigint,
      sends bigint, bytes_in bigint, bytes_out bigint, cold_starts bigint)
    on conflict (account, app) do update set
      cpu_us = known.cpu_us + excluded.cpu_us,
      wall_us = known.wall_us + excluded.wall_us,
      wait_us = known.wait_us + excluded.wait_us,
      sends = known.sends + excluded.sends,
      bytes_in = known.bytes_in + excluded.bytes_in,
      bytes_out = known.bytes_out + excluded.bytes_out,
      cold_starts = known.cold_starts + excluded.cold_starts),
  tallied as (
    insert into usage_counts as known (account, app, counted, name, count)
    select account, app, counted, name, count
    from batch, json_to_recordset($16) as given (account text, app text, counted text, name text, count bigint)
    on conflict (account, app, counted, name) do update set count = known.count + excluded.count),
  funnelled as (
    insert into funnel as known (account, app, hour, version, screen, question, counted, count)
    select account, app, to_timestamp(hour), version, screen, question, counted, count
    from batch, json_to_recordset($17) as given (account text, app text, hour float8, version int, screen text,
      question text, counted text, count bigint)
    on conflict (account, app, hour, version, screen, question, counted)
      do update set count = known.count + excluded.count),
  timed as (${ADD_VERSION_HOURS})
  insert into runs
    (account, app, message_id, version, kind, outcome, failed, error, at, cost, record_size, record)
  select account, app, id, version, kind, outcome, outcome <> 'ok', error, to_timestamp(at / 1000), cost, size, record
  from unnest($4::text[], $5::text[], $6::text[], $7::float8[], $8::text[], $9::text[], $10::text[], $11::float8[],
    $12::json[], $13::float8[], $14::json[])
    as given (account, app, id, version, kind, outcome, error, at, cost, size, record)
  on conflict do nothing`;

const COLUMNS = 'seq, message_id, version, kind, outcome, error, at, cost, record is not null as recorded';
const cursorSchema = z.tuple([z.literal('runs'), z.string().regex(/^\d{1,18}$/)]);

export interface OpenRuns extends Runs, AsyncDisposable {}

/** `recording` writes, `database` reads, so that neither waits for the other. */
export function openRuns(database: Database, recording: Database, logger: Logger): OpenRuns {
  const trimmer = new TrimSchedule(TRIM_EVERY, (ref) => trim(recording, ref));
  const funnel = new FunnelCounts();
  let batches = 0;
  const writer = new BatchWriter<NewRun>({
    ...BATCHES,
    logger,
    rows: 'runs',
    write: async (runs) => {
      const kept = newest(runs);
      await recording.prepared('insert_runs', INSERT, [
        ...insertValues(runs, kept),
        JSON.stringify(funnel.of(runs)),
        JSON.stringify(versionHoursOf(runs)),
      ]);
      await trimmer.appended(kept);
      if (++batches % FORGET_EVERY === 0) await forgetBatches(recording);
    },
  });
  let waiting = 0;
  return {
    record: async (run) => {
      const size = run.record?.length ?? 0;
      if (waiting + size > MOST_WAITING) return writer.add({ ...run, record: null });
      waiting += size;
      try {
        await writer.add(run);
      } finally {
        waiting -= size;
      }
    },
    list: (ref, query) => listRuns(database, ref, query),
    get: (ref, messageId) => getRun(database, ref, messageId),
    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  };
}

/** Rows that the ring would drop at once are counted, not written. */
function newest(runs: readonly NewRun[]): NewRun[] {
  const rings = Map.groupBy(runs, (run) => `${appKey(run)} ${run.outcome === 'ok'}`);
  return [...rings.values()].flatMap((ring) => ring.slice(-KEPT));
}

function insertValues(runs: readonly NewRun[], kept: readonly NewRun[]): unknown[] {
  const { usage, failures } = totalsOf(runs);
  const { totals, counts } = lifetimeTotalsOf(runs);
  const batch = deriveId(runs[0]?.message_id ?? '', runs.at(-1)?.message_id ?? '', runs.length);
  const text = (column: (run: NewRun) => string | null): Buffer => encodeTextArray('text', kept.map(column));
  const number = (column: (run: NewRun) => number): Buffer => encodeNumberArray(kept.map(column));
  const json = (column: (run: NewRun) => string | null): Buffer => encodeTextArray('json', kept.map(column));
  return [
    batch,
    JSON.stringify(usage),
    JSON.stringify(failures),
    text(({ account }) => account),
    text(({ app }) => app),
    text(({ message_id }) => indexedId(message_id)),
    number(({ version }) => version),
    text(({ kind }) => kind),
    text(({ outcome }) => outcome),
    text(({ error }) => error),
    number(({ at }) => at),
    json(({ cost }) => JSON.stringify(cost)),
    number(({ record }) => record?.length ?? 0),
    json(({ record }) => record),
    JSON.stringify(totals),
    JSON.stringify(counts),
  ];
}

async function trim(database: Database, { account, app }: AppRef): Promise<void> {
  for (const failed of [false, true]) {
    await database.query(
      `delete from runs where account = $1 and app = $2 and failed = $3 and seq <= (
         select seq from runs where account = $1 and app = $2 and failed = $3 order by seq desc offset $4 limit 1)`,
      [account, app, failed, KEPT],
    );
  }
  await database.query(
    `update runs set record = null, record_size = 0 where record_size > 0 and seq in (
       select seq from (
         select seq, sum(record_size) over (order by seq desc) as total from runs where account = $1 and app = $2
       ) as sized where total > $3)`,
    [account, app, KEPT_RECORDS],
  );
}

async function forgetBatches(database: Database): Promise<void> {
  await database.query("delete from usage_batches where at < now() - interval '1 day'");
  await forgetFunnel(database);
  await forgetVersionHours(database);
}

async function listRuns(database: Database, ref: AppRef, query: RunQuery): Promise<Page<RunRow>> {
  checkRef(ref);
  const limit = pageLimit(query.limit);
  const before = decodeCursor(cursorSchema, query.cursor)?.[1] ?? null;
  const rows = await database.query<RunRow & { seq: string }>(
    `select ${COLUMNS} from runs where account = $1 and app = $2
       and ($3::text is null or outcome = $3 or ($3 = 'failed' and failed)) and ($4::bigint is null or seq < $4)
     order by seq desc limit $5`,
    [ref.account, ref.app, query.outcome ?? null, before, limit + 1],
  );
  if (rows.length === 0) await requireApp(database, ref);
  return toPage(rows, limit, { key: ({ seq }) => ['runs', seq], item: showRun });
}

function showRun<R extends RunRow & { seq: string }>({ seq: _seq, ...run }: R): Omit<R, 'seq'> {
  return run;
}

async function getRun(database: Database, ref: AppRef, messageId: string): Promise<RunDetail> {
  checkRef(ref);
  const [run] = await database.query<RunDetail & { seq: string }>(
    `select ${COLUMNS}, record from runs where account = $1 and app = $2 and message_id = $3`,
    [ref.account, ref.app, indexedId(messageId)],
  );
  if (run !== undefined) return showRun(run);
  await requireApp(database, ref);
  throw new VumiError(
    'not_found',
    `app "${ref.app}" has no run of message "${messageId}": the newest ${KEPT} that worked and that failed are kept`,
  );
}
