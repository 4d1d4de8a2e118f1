import {
  addressKey,
  DEFAULT_ENDPOINT,
  endpointSchema,
  foldText,
  NumberBook,
  readRouteTarget,
  VumiError,
} from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import { requireApp } from './apps.ts';
import type { Changes } from './changes.ts';
import { check, checkName, checkSlug } from './checks.ts';
import type { Database, Statements } from './database.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import { describeNumber, giveNumber, lockRouting, readNumberBook, readNumbers } from './numbers.ts';
import type { Page, PageQuery, Route, RoutedBy, RouteInput, StoredRoute } from './records.ts';
import { present, presentKeyword, ROUTE_COLUMNS } from './route-rows.ts';
import { requireInterface } from './interfaces.ts';
import { requireSmppClient } from './smpp-clients.ts';
import type { Routes } from './routing-ports.ts';

const cursorSchema = z.tuple([z.literal('routes'), z.string()]);

export function openRoutes(database: Database, changes: Changes): Routes {
  return {
    async put(input, by, { proof = null, dryRun = false } = {}) {
      const route = normaliseRoute(input);
      if (dryRun)
        return database.transaction(async (statements) => {
          await checkRoute(statements, route, by);
          return { ...route, assigned: true };
        });
      return changes.write('routes', (statements) => putRoute(statements, { ...route, proof }, by));
    },
    async proof(account, name) {
      checkKey(account, name);
      const [row] = await database.query<{ proof: unknown }>(
        'select proof from routes where account = $1 and name = $2',
        [account, name],
      );
      if (row === undefined) throw noRoute(account, name);
      return row.proof;
    },
    async get(account, name) {
      checkKey(account, name);
      const [route] = await database.query<StoredRoute>(
        `select ${ROUTE_COLUMNS} from routes where account = $1 and name = $2`,
        [account, name],
      );
      if (route === undefined) throw noRoute(account, name);
      return showRoute(route, await readNumberBook(database, route.transport));
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
function normaliseRoute(input: RouteInput): StoredRoute {
  const { account, name, transport, endpoint = DEFAULT_ENDPOINT } = input;
  checkKey(account, name);
  const target = readRouteTarget(input);
  if (target.app !== null) checkSlug('app', target.app);
  checkName('transport', transport);
  check(endpointSchema, 'endpoint', endpoint);
  return {
    account,
    name,
    ...target,
    transport,
    to_addr: present(input.to_addr),
    keyword: presentKeyword(input.keyword),
    prefix: present(input.prefix),
    endpoint,
    default: input.default ?? false,
    weight: input.weight ?? null,
    failover: input.failover ?? null,
  };
}

type ProvedRoute = StoredRoute & { readonly proof: unknown };

async function putRoute(
  statements: Statements,
  { proof, ...route }: ProvedRoute,
  by: RoutedBy,
): Promise<Route> {
  const { account, connector, endpoint } = route;
  const isHeld = await checkRoute(statements, route, by);
  if (!isHeld) await giveNumber(statements, { ...numberOf(route), account });
  if (route.default) {
    await statements.query(
      `update routes set is_default = false
       where account = $1 and connector = $2 and endpoint = $3`,
      [account, connector, endpoint],
    );
  }
  await write(statements, { ...route, proof });
  return { ...route, assigned: true };
}

/** Whether the account has the number. Throws where the route cannot be. */
async function checkRoute(statements: Statements, route: StoredRoute, by: RoutedBy): Promise<boolean> {
  const { account } = route;
  await requireAccount(statements, account);
  await requireTarget(statements, route, by);
  await lockRouting(statements);
  const book = await readNumberBook(statements, route.transport);
  const isHeld = book.holds(account, route);
  if (!isHeld && by === 'account') throw notTheirs(route, book);
  const other = await findConflict(statements, route, book);
  if (other !== null) throw by === 'operator' || other.account === account ? conflict(other) : taken(route);
  return isHeld;
}

async function requireTarget(statements: Statements, route: StoredRoute, by: RoutedBy): Promise<void> {
  const { account, app, smpp_client, connector } = route;
  if (app !== null) {
    await requireApp(statements, { account, app });
    return;
  }
  if (smpp_client !== null) return requireSmppClient(statements, account, smpp_client);
  if (await requireInterface(statements, account, connector)) return;
  const field = 'connector';
  // What is behind it is whoever's runs it: it may be another account's, or another platform.
  if (by === 'account') {
    const text = `only whoever runs the platform leads routes to connectors: ask for one to "${connector}"`;
    throw new VumiError('auth.forbidden', text, { field });
  }
  const found = await statements.query('select 1 from transports where name = $1', [connector]);
  if (found.length > 0) {
    const text = `"${connector}" is a transport: a route leads from a transport to another connector`;
    throw new VumiError('request.invalid', text, { field });
  }
}

async function write(statements: Statements, route: ProvedRoute): Promise<void> {
  const { account, name, connector, transport, to_addr, keyword, prefix, endpoint, weight, failover } = route;
  await statements.query(
    `insert into routes
       (account, name, connector, transport, to_addr, keyword, prefix, endpoint, is_default, weight, failover, proof)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (account, name) do update set connector = excluded.connector,
       transport = excluded.transport, to_addr = excluded.to_addr, keyword = excluded.keyword,
       prefix = excluded.prefix, endpoint = excluded.endpoint, is_default = excluded.is_default,
       weight = excluded.weight, failover = excluded.failover, proof = excluded.proof`,
    [
      account,
      name,
      connector,
      transport,
      to_addr,
      keyword,
      prefix,
      endpoint,
      route.default,
      weight,
      failover,
      route.proof === null ? null : JSON.stringify(route.proof),
    ],
  );
}

/** Another route that matches the same messages, however its number is written. */
async function findConflict(
  statements: Statements,
  route: StoredRoute,
  book: NumberBook,
): Promise<StoredRoute | null> {
  const { account, name, transport, to_addr, keyword, prefix } = route;
  const others = await statements.query<StoredRoute>(
    `select ${ROUTE_COLUMNS} from routes
     where transport = $1 and coalesce(prefix, '') = $2 and (to_addr is null) = $3 and (keyword is null) = $4
       and (account, name) <> ($5, $6)
     order by account, name`,
    [transport, prefix ?? '', to_addr === null, keyword === null, account, name],
  );
  const key = addressKey(to_addr ?? '');
  return (
    others.find(
      (other) =>
        addressKey(other.to_addr ?? '') === key &&
        foldText(other.keyword ?? '') === (keyword ?? '') &&
        // What another has routed and holds no more is in nobody's way.
        (other.account === account || book.holds(other.account, other)) &&
        !isSharedWith(route, other),
    ) ?? null
  );
}

/** Whether both want the same messages on purpose: of one account, each with its part or its place. */
function isSharedWith(route: StoredRoute, other: StoredRoute): boolean {
  const shares = ({ weight, failover }: StoredRoute): boolean => weight !== null || failover !== null;
  return (
    route.account === other.account && route.connector !== other.connector && shares(route) && shares(other)
  );
}

async function listRoutes(database: Database, account: string, page: PageQuery): Promise<Page<Route>> {
  checkSlug('account', account);
  const limit = pageLimit(page.limit);
  const after = decodeCursor(cursorSchema, page.cursor)?.[1] ?? '';
  const rows = await database.query<StoredRoute>(
    `select ${ROUTE_COLUMNS} from routes where account = $1 and name > $2 order by name limit $3`,
    [account, after, limit + 1],
  );
  if (rows.length === 0) await requireAccount(database, account);
  const book = new NumberBook(rows.length === 0 ? [] : await readNumbers(database));
  const key = ({ name }: StoredRoute): readonly unknown[] => ['routes', name];
  return toPage(rows, limit, { key, item: (row) => showRoute(row, book) });
}

function showRoute(route: StoredRoute, book: NumberBook): Route {
  return { ...route, assigned: book.holds(route.account, route) };
}

function checkKey(account: string, name: string): void {
  checkSlug('account', account);
  checkName('name', name);
}

function noRoute(account: string, name: string): VumiError {
  return new VumiError('not_found', `account "${account}" has no route "${name}": list its routes`);
}

function conflict(other: StoredRoute): VumiError {
  return new VumiError(
    'route.conflict',
    `route "${other.name}" of account "${other.account}" matches the same messages: give this one another keyword, to_addr or prefix, share them by "weight" or "failover" on both, or remove that one`,
    { details: { route: other } },
  );
}

/** What an account is told names nobody else. */
function notTheirs(route: StoredRoute, book: NumberBook): VumiError {
  if (book.holders(route).length > 0) return taken(route);
  const { account, transport, to_addr, keyword } = route;
  const field = to_addr === null ? 'transport' : 'to_addr';
  const advice =
    to_addr === null && keyword === null
      ? `name one of the account's numbers in "to_addr", or ask whoever runs the platform for all of them`
      : `use one of its numbers ("npx vumi number list"), or ask whoever runs the platform for it`;
  const what =
    to_addr === null && keyword === null
      ? `all of transport "${transport}"`
      : describeNumber(numberOf(route));
  return new VumiError('number.not_assigned', `${what} is not assigned to account "${account}": ${advice}`, {
    field,
  });
}

function taken(route: StoredRoute): VumiError {
  const field = route.keyword === null ? 'to_addr' : 'keyword';
  return new VumiError(
    'number.taken',
    `${describeNumber(numberOf(route))} is taken: choose another, or ask whoever runs the platform`,
    { field },
  );
}

function numberOf({ transport, to_addr, keyword }: StoredRoute) {
  return { transport, number: to_addr, range: false, keyword };
}
