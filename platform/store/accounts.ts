import { VumiError } from '@vumi/core';
import { z } from 'zod';
import type { Changes } from './changes.ts';
import { checkSlug, noAccount } from './checks.ts';
import type { Database, Statements } from './database.ts';
import { noteAudit } from './note-audit.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { Account, Page, PageQuery } from './records.ts';
import type { Accounts } from './account-ports.ts';

export const ACCOUNT_COLUMNS =
  'name, active, limits, can_manage_optouts, respect_optouts, private_services, billing, retention_days, created_at';
const cursorSchema = z.tuple([z.literal('accounts'), z.string()]);

export function openAccounts(database: Database, changes: Changes): Accounts {
  return {
    async create(name) {
      checkSlug('name', name);
      return changes.write('accounts', async (statements) => {
        const [created] = await statements.query<Account>(
          `insert into accounts (name) values ($1) on conflict do nothing returning ${ACCOUNT_COLUMNS}`,
          [name],
        );
        if (created !== undefined) return created;
        throw new VumiError('request.conflict', `the account "${name}" exists already: choose another name`, {
          field: 'name',
        });
      });
    },
    get: (name) => requireAccount(database, name),
    list: (page) => listAccounts(database, page),
    async change(name, change, actor) {
      const {
        active,
        limits,
        can_manage_optouts,
        respect_optouts,
        private_services,
        billing,
        retention_days,
      } = change;
      checkSlug('account', name);
      return changes.write('accounts', async (statements) => {
        const [account] = await statements.query<Account>(
          `update accounts set active = coalesce($2, active), limits = coalesce($3, limits),
             can_manage_optouts = coalesce($4, can_manage_optouts),
             respect_optouts = coalesce($5, respect_optouts),
             private_services = coalesce($6, private_services),
             billing = billing || coalesce($7, '{}')::jsonb,
             retention_days = case when $8 then $9::integer else retention_days end
           where name = $1 returning ${ACCOUNT_COLUMNS}`,
          [
            name,
            active ?? null,
            limits === undefined ? null : JSON.stringify(limits),
            can_manage_optouts ?? null,
            respect_optouts ?? null,
            private_services === undefined ? null : JSON.stringify(private_services),
            billing === undefined ? null : JSON.stringify(billing),
            retention_days !== undefined,
            retention_days ?? null,
          ],
        );
        if (account === undefined) throw noAccount(name);
        await noteAudit(statements, { account: name, actor, action: 'account.changed', details: change });
        return account;
      });
    },
  };
}

/** Throws `not_found` when there is no such account. */
export async function requireAccount(statements: Statements, name: string): Promise<Account> {
  checkSlug('account', name);
  const [account] = await statements.query<Account>(
    `select ${ACCOUNT_COLUMNS} from accounts where name = $1`,
    [name],
  );
  if (account === undefined) throw noAccount(name);
  return account;
}

async function listAccounts(database: Database, page: PageQuery): Promise<Page<Account>> {
  const limit = pageLimit(page.limit);
  const after = decodeCursor(cursorSchema, page.cursor)?.[1] ?? '';
  const rows = await database.query<Account>(
    `select ${ACCOUNT_COLUMNS} from accounts where name > $1 order by name limit $2`,
    [after, limit + 1],
  );
  return toPage(rows, limit, { key: ({ name }) => ['accounts', name], item: (row) => row });
}
