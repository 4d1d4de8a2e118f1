import { foldText, VumiError } from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import { requireApp } from './apps.ts';
import type { Changes } from './changes.ts';
import { checkName, checkSlug } from './checks.ts';
import type { Database, Statements } from './database.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { Page, PageQuery, Route, RouteInput } from './records.ts';
import { requireSmppClient } from './smpp-clients.ts';
import type { Routes } from './store.ts';

export const ROUTE_COLUMNS = 'account, name, app, smpp_client, transport, to_addr, keyword, prefix';
const cursorSchema = z.tuple([z.literal('routes'), z.string()]);

export function openRoutes(database: Database, changes: Changes): Routes {
  return {
    async put(input) {
      const route = normaliseRoute(input);
      return changes.write('routes', (statements) => putRoute(statements, route));
    },
    async get(account, name) {
      checkKey(account, name);
      const [route] = await database.query<Route>(
        `select ${ROUTE_COLUMNS} from routes where account = $1 and name = $2`,
        [account, name],
      );
      if (route === undefined) throw noRoute(account, name);
      return route;
    },
    list: (account, page) => listRoutes(database, account, page),
    async remove(account, name) {
      checkKey(account, name);
      await changes.write('routes', async (statements) => {
        const removed = await statements.query(
          'delete from routes where account = $1 and name = $2 returning name',
          [account, name],
        );
        if (removed.length === 0) throw noRoute(account, name);
      });
    },
  };
}

/** The route as it is stored, so that routes which match the same messages are equal. */
function normaliseRoute(input: RouteInput): Route {
  const { account, name, app = null, smpp_client = null, transport, to_addr, keyword, prefix } = input;
  checkKey(account, name);
  if ((app === null) === (smpp_client === null)) {
    throw new VumiError(
      'request.invalid',
      'a route leads to an "app" or to an "smpp_client": name one of them',
      {
        field: 'app',
      },
    );
  }
  if (app !== null) checkSlug('app', app);
  checkName('transport', transport);
  return {
    account,
    name,
    app,
    smpp_client,
    transport,
    to_addr: present(to_addr),
    // As the first word of a message is (dispatch/keyword.ts).
    keyword: present(foldText(keyword ?? '')),
    prefix: present(prefix),
  };
}

/** Null for what matches anything. */
function present(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}

async function putRoute(statements: Statements, route: Route): Promise<Route> {
  const { account, name, app, smpp_client, transport, to_addr, keyword, prefix } = route;
  await requireAccount(statements, account);
  if (app !== null) await requireApp(statements, { account, app });
  if (smpp_client !== null) await requireSmppClient(statements, account, smpp_client);
  // Two that come together must not both find no conflict.
  await statements.query('lock table routes in share row exclusive mode');
  const [other] = await statements.query<Route>(
    `select ${ROUTE_COLUMNS} from routes
     where transport = $1 and coalesce(to_addr, '') = $2 and coalesce(keyword, '') = $3
       and coalesce(prefix, '') = $4 and (account, name) <> ($5, $6)`,
    [transport, to_addr ?? '', keyword ?? '', prefix ?? '', account, name],
  );
  if (other !== undefined) throw conflict(other);
  await statements.query(
    `insert into routes (${ROUTE_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (account, name) do update set app = excluded.app, smpp_client = excluded.smpp_client,
       transport = excluded.transport,
       to_addr = excluded.to_addr, keyword = excluded.keyword, prefix = excluded.prefix`,
    [account, name, app, smpp_client, transport, to_addr, keyword, prefix],
  );
  return route;
}

async function listRoutes(database: Database, account: string, page: PageQuery): Promise<Page<Route>> {
  checkSlug('account', account);
  const limit = pageLimit(page.limit);
  const after = decodeCursor(cursorSchema, page.cursor)?.[1] ?? '';
  const rows = await database.query<Route>(
    `select ${ROUTE_COLUMNS} from routes where account = $1 and name > $2 order by name limit $3`,
    [account, after, limit + 1],
  );
  if (rows.length === 0) await requireAccount(database, account);
  return toPage(rows, limit, { key: ({ name }) => ['routes', name], item: (row) => row });
}

function checkKey(account: string, name: string): void {
  checkSlug('account', account);
  checkName('name', name);
}

function noRoute(account: string, name: string): VumiError {
  return new VumiError('not_found', `account "${account}" has no route "${name}": list its routes`);
}

function conflict(other: Route): VumiError {
  return new VumiError(
    'route.conflict',
    `route "${other.name}" of account "${other.account}" matches the same messages: give this one another keyword, to_addr or prefix, or remove that one`,
    { details: { route: other } },
  );
}
