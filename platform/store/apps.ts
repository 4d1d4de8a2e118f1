import { VumiError, type AppRef } from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import type { Changes } from './changes.ts';
import { checkRef, checkSlug, noApp } from './checks.ts';
import type { Database, Statements } from './database.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { App, AppSettings, Page, PageQuery } from './records.ts';
import type { Apps } from './app-ports.ts';
import { dropUnusedBlobs } from './version-files.ts';

/** A column as the API shows it: null when no rollout is on. */
export const ROLLOUT = `case when rollout_version is null then null
  else json_build_object('version', rollout_version, 'percent', rollout_percent) end`;
const COLUMNS = `account, app, active_version, ${ROLLOUT} as rollout, config, created_at,
  array(select name from secrets where secrets.account = apps.account and secrets.app = apps.app order by name)
    as secrets`;
const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;
const cursorSchema = z.tuple([z.literal('apps'), z.string()]);

export function openApps(database: Database, changes: Changes): Apps {
  return {
    get: (ref) => requireApp(database, ref),
    list: (account, page) => listApps(database, account, page),
    remove: (ref) => removeApp(changes, ref),
    async setConfig(ref, config) {
      checkRef(ref);
      return changes.write('apps', async (statements) => {
        await statements.query('update apps set config = $3 where account = $1 and app = $2', [
          ref.account,
          ref.app,
          JSON.stringify(config),
        ]);
        return requireApp(statements, ref);
      });
    },
    setSecret: (ref, name, value) => setSecret(changes, ref, { name, value }),
    settings: (ref) => readSettings(database, ref),
  };
}

/** Throws `not_found` when there is no such app. */
export async function requireApp(statements: Statements, ref: AppRef): Promise<App> {
  checkRef(ref);
  const [app] = await statements.query<App>(`select ${COLUMNS} from apps where account = $1 and app = $2`, [
    ref.account,
    ref.app,
  ]);
  if (app === undefined) throw noApp(ref);
  return app;
}

async function listApps(database: Database, account: string, page: PageQuery): Promise<Page<App>> {
  checkSlug('account', account);
  const limit = pageLimit(page.limit);
  const after = decodeCursor(cursorSchema, page.cursor)?.[1] ?? '';
  const rows = await database.query<App>(
    `select ${COLUMNS} from apps where account = $1 and app > $2 order by app limit $3`,
    [account, after, limit + 1],
  );
  if (rows.length === 0) await requireAccount(database, account);
  return toPage(rows, limit, { key: ({ app }) => ['apps', app], item: (row) => row });
}

async function removeApp(changes: Changes, ref: AppRef): Promise<void> {
  checkRef(ref);
  // Its routes go with it.
  await changes.write(['apps', 'routes'], async (statements) => {
    const key = [ref.account, ref.app];
    await dropUnusedBlobs(statements, ref, async () => {
      const removed = await statements.query(
        'delete from apps where account = $1 and app = $2 returning app',
        key,
      );
      if (removed.length === 0) throw noApp(ref);
    });
    await statements.query('delete from app_logs where account = $1 and app = $2', key);
    await statements.query('delete from runs where account = $1 and app = $2', key);
  });
}

async function setSecret(
  changes: Changes,
  ref: AppRef,
  { name, value }: { name: string; value: string | null },
): Promise<void> {
  if (!SECRET_NAME.test(name)) {
    throw new VumiError(
      'request.invalid',
      `"${name}" is no name for a secret: use 1 to 64 letters, digits, "_", "-" or ".", starting with a letter`,
      { field: 'name' },
    );
  }
  await changes.write('apps', async (statements) => {
    await requireApp(statements, ref);
    const key = [ref.account, ref.app, name];
    await (value === null
      ? statements.query('delete from secrets where account = $1 and app = $2 and name = $3', key)
      : statements.query(
          `insert into secrets (account, app, name, value) values ($1, $2, $3, $4)
           on conflict (account, app, name) do update set value = excluded.value`,
          [...key, value],
        ));
  });
}

async function readSettings(database: Database, ref: AppRef): Promise<AppSettings> {
  const [{ config }, { limits, can_manage_optouts, private_services }, rows] = await Promise.all([
    requireApp(database, ref),
    requireAccount(database, ref.account),
    database.query<{ name: string; value: string }>(
      'select name, value from secrets where account = $1 and app = $2',
      [ref.account, ref.app],
    ),
  ]);
  const secrets = Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  return { config, limits, can_manage_optouts, private_services, secrets };
}
