import { interfaceConnector, interfaceSettingsSchema, VumiError, type InterfaceSettings } from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import type { Changes } from './changes.ts';
import { checkName, checkSlug } from './checks.ts';
import type { Database, Statements } from './database.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { Interface, ServedInterface } from './records.ts';
import type { Interfaces } from './routing-ports.ts';

const COLUMNS = 'account, name, settings, created_at';
const cursorSchema = z.tuple([z.literal('interfaces'), z.string()]);

interface Stored {
  readonly account: string;
  readonly name: string;
  readonly settings: object;
  readonly created_at: string;
}

export function openInterfaces(database: Database, changes: Changes): Interfaces {
  return {
    async put(account, name, settings) {
      checkKey(account, name);
      return changes.write('interfaces', (statements) => put(statements, { account, name, settings }));
    },
    async get(account, name) {
      checkKey(account, name);
      const stored = await find(database, account, name);
      if (stored === null) throw noInterface(account, name);
      return show(stored);
    },
    async list(account, page) {
      checkSlug('account', account);
      const limit = pageLimit(page.limit);
      const after = decodeCursor(cursorSchema, page.cursor)?.[1] ?? '';
      const rows = await database.query<Stored>(
        `select ${COLUMNS} from interfaces where account = $1 and name > $2 order by name limit $3`,
        [account, after, limit + 1],
      );
      if (rows.length === 0) await requireAccount(database, account);
      return toPage(rows, limit, { key: ({ name }) => ['interfaces', name], item: show });
    },
    async remove(account, name) {
      checkKey(account, name);
      await changes.write(['interfaces', 'routes'], async (statements) => {
        const removed = await statements.query(
          'delete from interfaces where account = $1 and name = $2 returning name',
          [account, name],
        );
        if (removed.length === 0) throw noInterface(account, name);
        await statements.query('delete from routes where account = $1 and connector = $2', [
          account,
          interfaceConnector(account, name),
        ]);
      });
    },
    async all() {
      const rows = await database.query<Stored & Pick<ServedInterface, 'private_services'>>(
        `select account, interfaces.name, settings, interfaces.created_at, private_services
         from interfaces join accounts on accounts.name = account order by account, interfaces.name`,
      );
      return rows.map((row) => Object.assign(show(row), { private_services: row.private_services }));
    },
  };
}

/** Whether the connector is that of an interface of the account, or would be. Throws `not_found` when there is none. */
export async function requireInterface(
  statements: Statements,
  account: string,
  connector: string,
): Promise<boolean> {
  const place = interfaceConnector(account, '');
  if (!connector.startsWith(place)) return false;
  const name = connector.slice(place.length);
  if ((await find(statements, account, name)) === null) throw noInterface(account, name);
  return true;
}

async function put(
  statements: Statements,
  { account, name, settings }: { account: string; name: string; settings: InterfaceSettings },
): ReturnType<Interfaces['put']> {
  await requireAccount(statements, account);
  const known = await find(statements, account, name);
  const [stored] = await statements.query<Stored>(
    `insert into interfaces (account, name, settings) values ($1, $2, $3)
     on conflict (account, name) do update set settings = excluded.settings returning ${COLUMNS}`,
    [account, name, JSON.stringify(settings)],
  );
  if (stored === undefined) throw new TypeError('an insert returned no row');
  return { interface: show(stored), created: known === null };
}

async function find(statements: Statements, account: string, name: string): Promise<Stored | null> {
  const [stored] = await statements.query<Stored>(
    `select ${COLUMNS} from interfaces where account = $1 and name = $2`,
    [account, name],
  );
  return stored ?? null;
}

/** Settings that came with a later version have their defaults. */
function show({ account, name, settings, created_at }: Stored): Interface {
  return { account, name, ...interfaceSettingsSchema.parse(settings), created_at };
}

function checkKey(account: string, name: string): void {
  checkSlug('account', account);
  checkName('name', name);
}

function noInterface(account: string, name: string): VumiError {
  return new VumiError(
    'not_found',
    `account "${account}" has no interface "${name}": list its interfaces, or set one`,
  );
}
