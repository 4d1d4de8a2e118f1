import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from '../accounts.ts';
import { withoutNul } from '../array-parameter.ts';
import type { Changes } from '../changes.ts';
import { checkInstant } from '../checks.ts';
import type { Database } from '../database.ts';
import { decodeCursor, pageLimit, toPage } from '../page.ts';
import type { Page } from '../records.ts';
import type { FailureQueue, Failures } from './failure-ports.ts';
import type {
  DueFailure,
  FailureDetail,
  FailureFilter,
  FailureQuery,
  FailureRow,
  NewFailure,
} from './records.ts';

const cursorSchema = z.tuple([z.literal('failures'), z.string().regex(/^\d{1,18}$/)]);
const COLUMNS = `id, seq, connector, queue, account, app, state, failure_code, error, reason, message_id, failed_at,
  retries, due_at, settled_at, settled_by`;
/** Of one request. */
const MOST_AT_ONCE = 10_000;
/** The dead are kept for so long, and so many of them; those that are done with shorter. */
const DEAD_DAYS = 30;
const MOST_DEAD = 200_000;
const DONE_DAYS = 7;
const TRIMMED = 5000;

type Row = FailureRow & { readonly seq: string };

/** What people and programs see of failures, and do with them. */
export function openFailures(database: Database, changes: Changes): Failures {
  /** Null: no failure of that id is in one of those states. */
  const settleOne = async (account: string | null, id: string, set: Settling): Promise<void> => {
    const done = await changes.write('failures', (statements) =>
      statements.query(
        `update failures set ${set.columns} where id = $2 and ($3::text is null or account = $3)
           and state = any($4) returning id`,
        [set.actor, id, account, set.of],
      ),
    );
    if (done.length > 0) return;
    const { state } = await getFailure(database, account, id);
    throw new VumiError(
      'request.conflict',
      `the failure is ${state}: only one that is ${set.of.join(' or ')} is ${set.what}`,
    );
  };
  const settleAll = async (filter: FailureFilter, set: Settling): Promise<number> => {
    const { where, values } = conditions(filter, [set.actor, [...set.of]]);
    const done = await changes.write('failures', (statements) =>
      statements.query(
        `update failures set ${set.columns} where seq in (
           select seq from failures where ${[...where, 'state = any($2)'].join(' and ')} order by seq
           limit ${MOST_AT_ONCE} for update) returning id`,
        values,
      ),
    );
    return done.length;
  };
  return {
    list: (query) => listFailures(database, query),
    get: (account, id) => getFailure(database, account, id),
    replay: (account, id, actor) => settleOne(account, id, replaying(actor)),
    replayAll: (filter, actor) => settleAll(filter, replaying(actor)),
    drop: (account, id, actor) => settleOne(account, id, dropping(actor)),
    dropAll: (filter, actor) => settleAll(filter, { ...dropping(actor), of: ['dead'] }),
  };
}

/** A change of state that somebody asks for. */
interface Settling {
  /** `$1` is who. */
  readonly columns: string;
  readonly actor: string;
  readonly of: readonly FailureRow['state'][];
  readonly what: string;
}

function replaying(actor: string): Settling {
  return {
    columns: `state = 'replaying', due_at = now(), settled_by = $1`,
    actor,
    of: ['dead'],
    what: 'replayed',
  };
}

function dropping(actor: string): Settling {
  return {
    columns: `state = 'dropped', due_at = null, settled_at = now(), settled_by = $1`,
    actor,
    of: ['dead', 'retrying'],
    what: 'dropped',
  };
}

async function listFailures(database: Database, query: FailureQuery): Promise<Page<FailureRow>> {
  const limit = pageLimit(query.limit);
  const { where, values } = conditions(query, []);
  const { state = 'dead' } = query;
  // Written out, so that the index of the dead serves.
  where.push(state === 'dead' ? "state = 'dead'" : `state = $${values.push(state)}`);
  const after = decodeCursor(cursorSchema, query.cursor);
  if (after !== null) where.push(`seq < $${values.push(after[1])}`);
  const rows = await database.query<Row>(
    `select ${COLUMNS} from failures where ${where.join(' and ')} order by seq desc limit ${limit + 1}`,
    values,
  );
  if (rows.length === 0 && query.account !== null) await requireAccount(database, query.account);
  return toPage(rows, limit, { key: ({ seq }) => ['failures', seq], item: showRow });
}

function showRow(row: Row): FailureRow {
  const { seq: _, ...shown } = row;
  return shown;
}

async function getFailure(database: Database, account: string | null, id: string): Promise<FailureDetail> {
  const [row] = await database.query<Row & { readonly message: unknown }>(
    `select ${COLUMNS}, message from failures where id = $1 and ($2::text is null or account = $2)`,
    [withoutNul(id), account],
  );
  if (row === undefined) {
    throw new VumiError('not_found', `there is no failure "${id}" here: the list of failures has their ids`);
  }
  const { seq: _, ...shown } = row;
  return shown;
}

function conditions(
  filter: FailureFilter,
  values: unknown[],
): { readonly where: string[]; readonly values: unknown[] } {
  const given = (value: unknown): string => `$${values.push(value)}`;
  const where = ['true'];
  if (filter.account !== null) where.push(`account = ${given(filter.account)}`);
  if (filter.connector !== undefined) where.push(`connector = ${given(withoutNul(filter.connector))}`);
  if (filter.reason !== undefined) {
    const reason = given(withoutNul(filter.reason));
    where.push(`(error = ${reason} or position(lower(${reason}) in lower(reason)) > 0)`);
  }
  if (filter.from !== undefined) where.push(`failed_at >= ${given(instant('from', filter.from))}`);
  if (filter.to !== undefined) where.push(`failed_at < ${given(instant('to', filter.to))}`);
  return { where, values };
}

function instant(field: string, text: string): string {
  return new Date(checkInstant(field, text)).toISOString();
}

/** Of the failure worker. */
export function openFailureQueue(database: Database): FailureQueue {
  return {
    add: (failure) => addFailure(database, failure),
    due: (at, limit) =>
      database.query<DueFailure>(
        `select id, connector, queue, message, state = 'replaying' as replay from failures where due_at <= $1
         order by due_at, seq limit $2`,
        [new Date(at).toISOString(), limit],
      ),
    async published(ids) {
      await database.query(
        `update failures set due_at = null, settled_at = now(),
           state = case state when 'retrying' then 'retried' when 'replaying' then 'replayed' else state end
         where id = any($1) and due_at is not null`,
        [[...ids]],
      );
    },
    trim: () => trimFailures(database),
  };
}

async function addFailure(database: Database, failure: NewFailure): Promise<void> {
  const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  const text = (value: string | null): string | null => (value === null ? null : withoutNul(value));
  await database.query(
    `insert into failures (id, connector, queue, account, app, state, failure_code, error, reason, message_id, message,
       failed_at, retries, due_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict (id) do nothing`,
    [
      failure.id,
      text(failure.connector),
      text(failure.queue),
      text(failure.account),
      text(failure.app),
      failure.dueAt === null ? 'dead' : 'retrying',
      failure.failure_code,
      text(failure.error),
      text(failure.reason),
      text(failure.message_id),
      JSON.stringify(failure.message),
      iso(failure.failedAt),
      failure.retries,
      iso(failure.dueAt),
    ],
  );
}

async function trimFailures(database: Database): Promise<void> {
  await database.query(
    `delete from failures where seq in (
       select seq from failures where due_at is null and received_at < now() - $1 * interval '1 day'
         and (state <> 'dead' or received_at < now() - $2 * interval '1 day') limit ${TRIMMED})`,
    [DONE_DAYS, DEAD_DAYS],
  );
  await database.query(
    `delete from failures where seq in (
       select seq from failures where state = 'dead' and seq <= (
         select seq from failures where state = 'dead' order by seq desc offset ${MOST_DEAD} limit 1)
       limit ${TRIMMED})`,
  );
}
