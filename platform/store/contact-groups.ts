import { VumiError } from '@vumi/core';
import { MOST_GROUPS, type ContactGroup, type GroupEffect } from '@vumi/records';
import { requireAccount } from './accounts.ts';
import { checkSlug } from './checks.ts';
import type { Database, Statements } from './database.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { Page, PageQuery } from './records.ts';
import { z } from 'zod';

const COLUMNS = 'key, account, name, query, created_at';
const cursorSchema = z.tuple([z.literal('groups'), z.string(), z.string()]);

export function readGroups(database: Database, account: string): Promise<ContactGroup[]> {
  return database.query<ContactGroup>(
    `select ${COLUMNS} from contact_groups where account = $1 order by name, key`,
    [account],
  );
}

/** Throws `not_found`. */
export async function requireGroup(database: Database, account: string, key: string): Promise<ContactGroup> {
  checkSlug('account', account);
  const [group] = await database.query<ContactGroup>(
    `select ${COLUMNS} from contact_groups where account = $1 and key = $2`,
    [account, key],
  );
  if (group !== undefined) return group;
  throw new VumiError('not_found', `account "${account}" has no group "${key}": list its groups`);
}

/** By name. */
export async function listGroups(
  database: Database,
  account: string,
  page: PageQuery,
): Promise<Page<ContactGroup>> {
  checkSlug('account', account);
  const limit = pageLimit(page.limit);
  const [, name, key] = decodeCursor(cursorSchema, page.cursor) ?? ['groups', '', ''];
  const rows = await database.query<ContactGroup>(
    `select ${COLUMNS} from contact_groups where account = $1 and (name, key) > ($2, $3)
     order by name, key limit $4`,
    [account, name, key, limit + 1],
  );
  if (rows.length === 0) await requireAccount(database, account);
  return toPage(rows, limit, { key: (row) => ['groups', row.name, row.key], item: (row) => row });
}

/** Carries out what was done to a group. */
export async function applyToGroup(
  statements: Statements,
  account: string,
  effect: GroupEffect,
): Promise<void> {
  switch (effect.kind) {
    case 'group.create': {
      const { key, name, query, created_at } = effect.group;
      await checkRoom(statements, account);
      await statements.query(
        `insert into contact_groups (account, key, name, query, created_at)
         select $1, $2, $3, $4, $5 where exists (select from accounts where accounts.name = $1)
         on conflict do nothing`,
        [account, key, name, query, created_at],
      );
      break;
    }
    case 'group.update':
      await statements.query(
        'update contact_groups set name = $3, query = $4 where account = $1 and key = $2',
        [account, effect.key, effect.name, effect.query],
      );
      break;
    case 'group.delete':
      await statements.query('delete from contact_groups where account = $1 and key = $2', [
        account,
        effect.key,
      ]);
      await removeFromContacts(statements, account, effect.key);
      break;
  }
}

async function checkRoom(statements: Statements, account: string): Promise<void> {
  const [row] = await statements.query<{ count: number }>(
    'select count(*)::int as count from contact_groups where account = $1',
    [account],
  );
  if ((row?.count ?? 0) < MOST_GROUPS) return;
  throw new VumiError('request.conflict', `an account may have ${MOST_GROUPS} groups: delete some first`);
}

async function removeFromContacts(statements: Statements, account: string, key: string): Promise<void> {
  await statements.query(
    `update contacts set groups = array_remove(groups, $2),
       fields = jsonb_set(fields::jsonb, '{groups}', to_jsonb(array_remove(groups, $2)))::json
     where account = $1 and groups @> array[$2]::text[]`,
    [account, key],
  );
}
