import {
  smppClientSettingsSchema,
  smppPasswordSchema,
  systemIdSchema,
  VumiError,
  type SmppClientSettings,
} from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import type { Changes } from './changes.ts';
import { check, checkSlug } from './checks.ts';
import type { Database, Statements } from './database.ts';
import { oneWriterOf } from './postgres-only.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { SmppClient } from './records.ts';
import { generateSmppPassword, hashSmppPassword, SmppPasswordCheck } from './smpp-password.ts';
import type { SmppClients } from './routing-ports.ts';

const COLUMNS = 'account, system_id, settings, password_set_at, created_at';
const cursorSchema = z.tuple([z.literal('smpp_clients'), z.string()]);

interface Stored {
  readonly account: string;
  readonly system_id: string;
  readonly settings: SmppClientSettings;
  readonly password_set_at: string;
  readonly created_at: string;
}

export function openSmppClients(database: Database, changes: Changes): SmppClients {
  const passwords = new SmppPasswordCheck();
  return {
    async put(account, systemId, { settings, password }) {
      checkKey(account, systemId);
      if (typeof password === 'string') check(smppPasswordSchema, 'password', password);
      return changes.write('smpp_clients', async (statements) => {
        await requireAccount(statements, account);
        const known = await findOwner(statements, systemId);
        if (known !== null && (known.account !== account || known.system_id !== systemId)) {
          throw taken(systemId);
        }
        const made = password === null || (password === undefined && known === null);
        const fresh = made ? generateSmppPassword() : password;
        const hash = await newHash(fresh, known, passwords);
        const client = await write(statements, { account, systemId, settings, hash });
        return { client, created: known === null, password: made ? (fresh ?? null) : null };
      });
    },
    async get(account, systemId) {
      checkKey(account, systemId);
      const [stored] = await database.query<Stored>(
        `select ${COLUMNS} from smpp_clients where account = $1 and system_id = $2`,
        [account, systemId],
      );
      if (stored === undefined) throw noClient(account, systemId);
      return showClient(stored);
    },
    async list(account, page) {
      checkSlug('account', account);
      const limit = pageLimit(page.limit);
      const after = decodeCursor(cursorSchema, page.cursor)?.[1] ?? '';
      const rows = await database.query<Stored>(
        `select ${COLUMNS} from smpp_clients where account = $1 and system_id > $2 order by system_id limit $3`,
        [account, after, limit + 1],
      );
      if (rows.length === 0) await requireAccount(database, account);
      return toPage(rows, limit, { key: ({ system_id }) => ['smpp_clients', system_id], item: showClient });
    },
    async remove(account, systemId) {
      checkKey(account, systemId);
      await changes.write(['smpp_clients', 'routes'], async (statements) => {
        const removed = await statements.query(
          'delete from smpp_clients where account = $1 and system_id = $2 returning system_id',
          [account, systemId],
        );
        if (removed.length === 0) throw noClient(account, systemId);
      });
    },
    async verify(systemId, password) {
      const [found] = await database.query<{ password_hash: string }>(
        'select password_hash from smpp_clients where system_id = $1',
        [systemId],
      );
      return found !== undefined && passwords.matches(password, found.password_hash);
    },
  };
}

type Owner = Pick<Stored, 'account' | 'system_id'> & { readonly password_hash: string };

/** Every client, for the routing snapshot. */
export async function readSmppClients(statements: Statements): Promise<SmppClient[]> {
  const rows = await statements.query<Stored>(`select ${COLUMNS} from smpp_clients order by system_id`);
  return rows.map(showClient);
}

/** Throws `not_found` when the account has no such client. */
export async function requireSmppClient(
  statements: Statements,
  account: string,
  systemId: string,
): Promise<void> {
  check(systemIdSchema, 'smpp_client', systemId);
  const found = await statements.query('select 1 from smpp_clients where account = $1 and system_id = $2', [
    account,
    systemId,
  ]);
  if (found.length === 0) throw noClient(account, systemId);
}

/** Null when the password stays: also when it is set to what it is, which ends no bind. */
async function newHash(
  password: string | undefined,
  known: Owner | null,
  passwords: SmppPasswordCheck,
): Promise<string | null> {
  if (password === undefined) return null;
  if (known !== null && (await passwords.matches(password, known.password_hash))) return null;
  return hashSmppPassword(password);
}

async function findOwner(statements: Statements, systemId: string): Promise<Owner | null> {
  // Two that come together must not both find nobody.
  await statements.query(oneWriterOf('smpp_clients'));
  const [owner] = await statements.query<Owner>(
    'select account, system_id, password_hash from smpp_clients where lower(system_id) = lower($1)',
    [systemId],
  );
  return owner ?? null;
}

async function write(
  statements: Statements,
  client: { account: string; systemId: string; settings: SmppClientSettings; hash: string | null },
): Promise<SmppClient> {
  const { account, systemId, settings, hash } = client;
  const [stored] = await statements.query<Stored>(
    `insert into smpp_clients (account, system_id, settings, password_hash) values ($1, $2, $3, coalesce($4, ''))
     on conflict (account, system_id) do update set settings = excluded.settings,
       password_hash = coalesce($4, smpp_clients.password_hash),
       password_set_at = case when $4::text is null then smpp_clients.password_set_at else now() end
     returning ${COLUMNS}`,
    [account, systemId, JSON.stringify(settings), hash],
  );
  if (stored === undefined) throw noClient(account, systemId);
  return showClient(stored);
}

/** Settings that came with a later version have their defaults. */
function showClient({ account, system_id, settings, password_set_at, created_at }: Stored): SmppClient {
  return {
    account,
    system_id,
    ...smppClientSettingsSchema.parse(settings),
    password_set_at,
    created_at,
  };
}

function checkKey(account: string, systemId: string): void {
  checkSlug('account', account);
  check(systemIdSchema, 'system_id', systemId);
}

function taken(systemId: string): VumiError {
  return new VumiError('request.conflict', `the system_id "${systemId}" is taken: choose another`, {
    field: 'system_id',
  });
}

function noClient(account: string, systemId: string): VumiError {
  return new VumiError(
    'not_found',
    `account "${account}" has no SMPP client "${systemId}": list its SMPP clients`,
  );
}
