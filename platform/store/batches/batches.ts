import { newId, VumiError } from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from '../accounts.ts';
import { checkSlug } from '../checks.ts';
import type { Database, Statements } from '../database.ts';
import { decodeCursor, pageLimit, toPage } from '../page.ts';
import type { Page, PageQuery } from '../records.ts';
import { indexedId } from '../indexed-text.ts';
import type { Batch, BatchCounts, Batches, NewBatch } from './batch-ports.ts';
import { addUpKinds } from './status-kinds.ts';

const COLUMNS = `id, nullif(scope, '') as account, name, created_at, done_at, (
  select coalesce(json_agg(json_build_object('pool', pool, 'tag', tag, 'current', is_current) order by pool, tag), '[]')
  from batch_tags where batch = id) as tags`;
const cursorSchema = z.tuple([z.literal('batches'), z.string()]);

export function openBatches(database: Database): Batches {
  return {
    start: (batch) => database.transaction((statements) => startBatch(statements, batch)),
    done: (account, id) => database.transaction((statements) => endBatch(statements, account, id)),
    get: (account, id) => requireBatch(database, account, id),
    list: (account, page) => listBatches(database, account, page),
    add: (account, id, messageIds) =>
      database.transaction((statements) => addMessages(statements, { account, id, messageIds })),
    counts: (account, id) => readCounts(database, account, id),
  };
}

async function startBatch(statements: Statements, { account, name, tags }: NewBatch): Promise<Batch> {
  if (account !== null) await requireAccount(statements, account);
  const id = newId();
  const scope = account ?? '';
  await statements.query('insert into batches (id, scope, name) values ($1, $2, $3)', [id, scope, name]);
  const pools = tags.map(({ pool }) => pool);
  const names = tags.map(({ tag }) => tag);
  await statements.query(
    `update batch_tags set is_current = false
     where is_current and scope = $1 and (pool, tag) in (select * from unnest($2::text[], $3::text[]))`,
    [scope, pools, names],
  );
  await statements.query(
    `insert into batch_tags (batch, scope, pool, tag)
     select distinct $1, $2, pool, tag from unnest($3::text[], $4::text[]) as given (pool, tag)`,
    [id, scope, pools, names],
  );
  return requireBatch(statements, account, id);
}

async function endBatch(statements: Statements, account: string | null, id: string): Promise<Batch> {
  await requireBatch(statements, account, id);
  await statements.query('update batches set done_at = coalesce(done_at, now()) where id = $1', [id]);
  await statements.query('update batch_tags set is_current = false where batch = $1 and is_current', [id]);
  return requireBatch(statements, account, id);
}

/** Throws `not_found`. */
async function requireBatch(statements: Statements, account: string | null, id: string): Promise<Batch> {
  if (account !== null) checkSlug('account', account);
  const [batch] = await statements.query<Batch>(
    `select ${COLUMNS} from batches where id = $1 and scope = $2`,
    [id, account ?? ''],
  );
  if (batch !== undefined) return batch;
  throw new VumiError('not_found', `there is no batch "${id}" here: list the batches`, { field: 'batch' });
}

async function listBatches(
  database: Database,
  account: string | null,
  page: PageQuery,
): Promise<Page<Batch>> {
  if (account !== null) await requireAccount(database, account);
  const limit = pageLimit(page.limit);
  const before = decodeCursor(cursorSchema, page.cursor)?.[1] ?? null;
  const rows = await database.query<Batch>(
    `select ${COLUMNS} from batches where scope = $1 and ($2::text is null or id < $2)
     order by id desc limit $3`,
    [account ?? '', before, limit + 1],
  );
  return toPage(rows, limit, { key: ({ id }) => ['batches', id], item: (row) => row });
}

async function addMessages(
  statements: Statements,
  { account, id, messageIds }: { account: string | null; id: string; messageIds: readonly string[] },
): Promise<number> {
  await requireBatch(statements, account, id);
  const ids = [...new Set(messageIds.map(indexedId))];
  const found = await statements.query<{ id: string; is_new: boolean }>(
    `with found as (
       select message_id, at from messages
       where message_id = any($2) and ($3::text is null or account = $3)
     ), added as (
       insert into batch_messages (batch, scope, message_id, at) select $1, coalesce($3, ''), message_id, at from found
       on conflict do nothing returning message_id
     )
     select message_id as id, exists (select from added where added.message_id = found.message_id) as is_new from found`,
    [id, ids, account],
  );
  const missing = ids.find((one) => found.every((row) => row.id !== one));
  if (missing !== undefined) {
    throw new VumiError('not_found', `there is no message "${missing}" here: none was added`, {
      field: 'message_ids',
    });
  }
  return found.filter(({ is_new }) => is_new).length;
}

async function readCounts(database: Database, account: string | null, id: string): Promise<BatchCounts> {
  await requireBatch(database, account, id);
  const rows = await database.query<{ at: string; kind: string; count: number }>(
    'select at, kind, count::float8 from batch_counts where batch = $1 order by at',
    [id],
  );
  const hours = Map.groupBy(rows, ({ at }) => at);
  return {
    total: addUpKinds(rows),
    hours: [...hours].map(([at, own]) => ({ at, counts: addUpKinds(own) })),
  };
}
