import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from '../accounts.ts';
import { encodeTextArray } from '../array-parameter.ts';
import { check, checkSlug } from '../checks.ts';
import type { Database, Statements } from '../database.ts';
import { decodeCursor, pageLimit, toPage } from '../page.ts';
import type { Page, PageQuery } from '../records.ts';
import type { Tag, TagPool, TagPools, TagWish } from './records.ts';

const LONGEST_NAME = 255;
const nameSchema = z
  .string()
  .min(1, 'give it a name')
  .max(LONGEST_NAME, `at most ${LONGEST_NAME} characters`)
  .refine((text) => !text.includes('\0') && text.isWellFormed(), 'must be a text');

const POOL_COLUMNS = `account, name, metadata, created_at,
  (select count(*)::int from tags where pool = id and acquired_at is null) as free,
  (select count(*)::int from tags where pool = id and acquired_at is not null) as in_use`;
const TAG_COLUMNS = 'tag_pools.name as pool, tags.name as tag, acquired_at, owner, reason';

export function openTagPools(database: Database): TagPools {
  return {
    declare: (account, pool, tags) =>
      database.transaction((statements) => declareTags(statements, account, pool, tags)),
    async get(account, name) {
      const { id } = await requirePool(database, account, name);
      return readPool(database, id);
    },
    list: (account, page) => listPools(database, account, page),
    async setMetadata(account, name, metadata) {
      const { id } = await requirePool(database, account, name);
      await database.query('update tag_pools set metadata = $2 where id = $1', [
        id,
        JSON.stringify(metadata),
      ]);
      return readPool(database, id);
    },
    acquire: (account, pool, wish) => acquireTag(database, account, pool, wish),
    async release(account, pool, tag) {
      const { id } = await requireTag(database, account, pool, tag);
      const released = await database.query(
        `update tags set acquired_at = null, owner = null, reason = null, place = nextval('tag_places')
         where pool = $1 and name = $2 and acquired_at is not null returning name`,
        [id, tag],
      );
      return released.length > 0;
    },
    async tag(account, pool, tag) {
      return shownTag(await requireTag(database, account, pool, tag));
    },
    tags: (account, pool, query) => listTags(database, account, pool, query),
    async owned(account, owner) {
      if (account !== null) checkSlug('account', account);
      return database.query<Tag>(
        `select ${TAG_COLUMNS} from tags join tag_pools on tag_pools.id = tags.pool
         where account is not distinct from $1 and acquired_at is not null and owner is not distinct from $2
         order by tag_pools.name, tags.name`,
        [account, owner],
      );
    },
    purge: (account, pool) => database.transaction((statements) => purgePool(statements, account, pool)),
  };
}

async function declareTags(
  statements: Statements,
  account: string | null,
  pool: string,
  tags: readonly string[],
): Promise<TagPool> {
  checkPool(account, pool);
  for (const tag of tags) check(nameSchema, 'tags', tag);
  if (account !== null) await requireAccount(statements, account);
  // An update that changes nothing: the row is locked, so that nobody purges the pool meanwhile.
  const [row] = await statements.query<{ id: string }>(
    `insert into tag_pools (account, name) values ($1, $2)
     on conflict (coalesce(account, ''), name) do update set name = excluded.name returning id`,
    [account, pool],
  );
  const id = row?.id ?? '';
  await statements.query(
    `insert into tags (pool, name)
     select $1, name from (
       select distinct name collate "C" as name from unnest($2::text[]) as given (name) order by name
     ) as sorted
     on conflict do nothing`,
    [id, encodeTextArray('text', tags)],
  );
  return readPool(statements, id);
}

async function acquireTag(
  database: Database,
  account: string | null,
  pool: string,
  { tag, owner, reason }: TagWish,
): Promise<Tag | null> {
  const { id } = await (tag === undefined
    ? requirePool(database, account, pool)
    : requireTag(database, account, pool, tag));
  if (owner !== null) check(nameSchema, 'owner', owner);
  // Who finds the first one locked takes the next: two of them never wait for each other, or get the same.
  const [row] = await database.query<Tag>(
    `with next as materialized (
       select pool, name from tags
       where pool = $1 and acquired_at is null and ($2::text is null or name = $2)
       order by place limit 1 for update ${tag === undefined ? 'skip locked' : ''}
     )
     update tags set acquired_at = now(), owner = $3, reason = $4
     from next, tag_pools
     where (tags.pool, tags.name) = (next.pool, next.name) and tag_pools.id = tags.pool
     returning ${TAG_COLUMNS}`,
    [id, tag ?? null, owner, reason === null ? null : JSON.stringify(reason)],
  );
  return row ?? null;
}

async function purgePool(statements: Statements, account: string | null, pool: string): Promise<void> {
  const { id } = await requirePool(statements, account, pool);
  await statements.query('select from tag_pools where id = $1 for update', [id]);
  await statements.query('delete from tags where pool = $1 and acquired_at is null', [id]);
  const [used] = await statements.query<{ count: number }>(
    'select count(*)::int as count from tags where pool = $1',
    [id],
  );
  const count = used?.count ?? 0;
  if (count > 0) {
    throw new VumiError(
      'request.conflict',
      `pool "${pool}" has ${count} ${count === 1 ? 'tag' : 'tags'} in use: release them first`,
    );
  }
  await statements.query('delete from tag_pools where id = $1', [id]);
}

async function listPools(
  database: Database,
  account: string | null,
  page: PageQuery,
): Promise<Page<TagPool>> {
  if (account !== null) checkSlug('account', account);
  const limit = pageLimit(page.limit);
  const [, after] = decodeCursor(z.tuple([z.literal('tag_pools'), z.string()]), page.cursor) ?? [null, ''];
  const rows = await database.query<TagPool>(
    `select ${POOL_COLUMNS} from tag_pools where account is not distinct from $1 and name > $2
     order by name limit $3`,
    [account, after, limit + 1],
  );
  if (rows.length === 0 && account !== null) await requireAccount(database, account);
  return toPage(rows, limit, { key: ({ name }) => ['tag_pools', name], item: (row) => row });
}

const tagCursor = z.tuple([z.literal('tags'), z.string().regex(/^\d{1,19}$/), z.string()]);

async function listTags(
  database: Database,
  account: string | null,
  pool: string,
  { state, ...page }: PageQuery & { readonly state: 'free' | 'in_use' },
): Promise<Page<Tag>> {
  const { id } = await requirePool(database, account, pool);
  const limit = pageLimit(page.limit);
  const [, place, name] = decodeCursor(tagCursor, page.cursor) ?? ['tags', '0', ''];
  const isFree = state === 'free';
  const rows = await database.query<Tag & { place: string }>(
    `select ${TAG_COLUMNS}, place::text from tags join tag_pools on tag_pools.id = tags.pool
     where pool = $1 and acquired_at is ${isFree ? 'null and place > $2::bigint' : 'not null and tags.name > $2'}
     order by ${isFree ? 'tags.place' : 'tags.name'} limit $3`,
    [id, isFree ? place : name, limit + 1],
  );
  return toPage(rows, limit, {
    key: (row) => ['tags', row.place, row.tag],
    item: shownTag,
  });
}

function shownTag({ pool, tag, acquired_at, owner, reason }: Tag): Tag {
  return { pool, tag, acquired_at, owner, reason };
}

/** Throws `not_found`. */
async function requirePool(
  statements: Statements,
  account: string | null,
  pool: string,
): Promise<{ id: string }> {
  checkPool(account, pool);
  const [row] = await statements.query<{ id: string }>(
    `select id from tag_pools where coalesce(account, '') = $1 and name = $2`,
    [account ?? '', pool],
  );
  if (row !== undefined) return row;
  throw new VumiError('not_found', `there is no tag pool "${pool}": list the pools, or declare it`);
}

/** Throws `not_found`. */
async function requireTag(
  statements: Statements,
  account: string | null,
  pool: string,
  tag: string,
): Promise<Tag & { id: string }> {
  const { id } = await requirePool(statements, account, pool);
  check(nameSchema, 'tag', tag);
  const [row] = await statements.query<Tag & { id: string }>(
    `select ${TAG_COLUMNS}, tag_pools.id from tags join tag_pools on tag_pools.id = tags.pool
     where pool = $1 and tags.name = $2`,
    [id, tag],
  );
  if (row !== undefined) return row;
  throw new VumiError('not_found', `pool "${pool}" has no tag "${tag}": declare it first`);
}

async function readPool(statements: Statements, id: string): Promise<TagPool> {
  const [row] = await statements.query<TagPool>(`select ${POOL_COLUMNS} from tag_pools where id = $1`, [id]);
  if (row !== undefined) return row;
  throw new VumiError('not_found', 'the tag pool was purged meanwhile');
}

function checkPool(account: string | null, pool: string): void {
  if (account !== null) checkSlug('account', account);
  check(nameSchema, 'pool', pool);
}
