import { createHash, randomBytes } from 'node:crypto';
import { newId, VumiError } from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import type { Changes } from './changes.ts';
import type { Database, Statements } from './database.ts';
import { noteAudit } from './note-audit.ts';
import { oneWriterOf } from './postgres-only.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { NewToken, Page, PageQuery, TokenInfo } from './records.ts';
import type { Tokens } from './account-ports.ts';

/** So that a token is known for one wherever it turns up. */
const PREFIX = 'vumi_';
const SECRET_BYTES = 32;
const ADMINISTRATOR = 'administrator';
/** Days for which an expired token is still listed. */
const KEPT_DAYS = 30;

const COLUMNS = `id, account, label, scopes, created_by, created_at, expires_at, last_used_at, configured,
  coalesce(expires_at <= now(), false) as expired`;
const OF_ACCOUNT = 'account is not distinct from $1';
const cursorSchema = z.tuple([z.literal('tokens'), z.string()]);

export function openTokens(database: Database, changes: Changes): Tokens {
  return {
    issue: (token, actor) =>
      database.transaction(async (statements) => {
        if (token.account !== null) await requireAccount(statements, token.account);
        const made = await insertToken(statements, token, actor);
        await audit(statements, 'token.issued', made.info, actor);
        return made;
      }),
    verify: (token) => verify(database, token),
    list: (account, page) => listTokens(database, account, page),
    change: (account, id, change, actor) =>
      changes.write('tokens', async (statements) => {
        await requireOwn(statements, account, id);
        const info = await update(statements, id, change);
        await audit(statements, 'token.changed', info, actor);
        return info;
      }),
    rotate: (account, id, { overlap_seconds: overlap, expires_at }, actor) =>
      changes.write('tokens', async (statements) => {
        const old = await requireOwn(statements, account, id);
        const end = expires_at === undefined ? sameLifetime(old) : expires_at;
        const made = await insertToken(statements, { ...old, expires_at: end }, actor);
        if (overlap === 0) await statements.query('delete from tokens where id = $1', [id]);
        else await expireWithin(statements, id, overlap);
        await noteAudit(statements, {
          account,
          actor,
          action: 'token.rotated',
          details: { id: made.info.id, label: old.label, in_place_of: id, overlap_seconds: overlap },
        });
        return made;
      }),
    revoke: (account, id, actor) =>
      changes.write('tokens', async (statements) => {
        const info = await requireOwn(statements, account, id);
        await statements.query('delete from tokens where id = $1', [id]);
        await audit(statements, 'token.revoked', info, actor);
      }),
    async alive(ids) {
      const rows = await database.query<{ id: string }>(
        'select id from tokens where id = any($1) and (expires_at is null or expires_at > now())',
        [[...ids]],
      );
      return rows.map(({ id }) => id);
    },
    configure: (token) => configure(changes, token),
    async configured() {
      const [row] = await database.query<{ id: string; hash: string }>(
        `select id, encode(hash, 'hex') as hash from tokens where configured`,
      );
      return row ?? null;
    },
  };
}

/** Tokens are long and random, so that a plain hash cannot be turned back. */
function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Notes the use once a minute at most: a token that is used all the time costs no row more for that. */
async function verify(database: Database, token: string): Promise<TokenInfo | null> {
  const [info] = await database.query<TokenInfo>(
    `with used as (
       update tokens set last_used_at = now() where hash = $1 and (expires_at is null or expires_at > now())
         and (last_used_at is null or last_used_at < now() - interval '1 minute')
     )
     select ${COLUMNS} from tokens where hash = $1`,
    [hashToken(token)],
  );
  return info ?? null;
}

async function listTokens(
  database: Database,
  account: string | null,
  page: PageQuery,
): Promise<Page<TokenInfo>> {
  if (account !== null) await requireAccount(database, account);
  const limit = pageLimit(page.limit);
  const after = decodeCursor(cursorSchema, page.cursor)?.[1] ?? '';
  const rows = await database.query<TokenInfo>(
    `select ${COLUMNS} from tokens where ${OF_ACCOUNT} and id > $2 order by id limit $3`,
    [account, after, limit + 1],
  );
  return toPage(rows, limit, { key: ({ id }) => ['tokens', id], item: (row) => row });
}

async function insertToken(
  statements: Statements,
  { account, label, scopes, expires_at = null }: NewToken,
  actor: string,
): Promise<{ token: string; info: TokenInfo }> {
  const token = PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
  await statements.query(`delete from tokens where expires_at < now() - make_interval(days => ${KEPT_DAYS})`);
  const [info] = await statements.query<TokenInfo>(
    `insert into tokens (hash, id, account, label, scopes, created_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
    [hashToken(token), newId(), account, label, scopes, actor, expires_at],
  );
  if (info === undefined) throw new TypeError('an insert returned no row');
  return { token, info };
}

/** The account's token of that id, which stays as it is until the transaction ends. */
async function requireOwn(statements: Statements, account: string | null, id: string): Promise<TokenInfo> {
  const [info] = await statements.query<TokenInfo>(
    `select ${COLUMNS} from tokens where ${OF_ACCOUNT} and id = $2 for update`,
    [account, id],
  );
  if (info === undefined) {
    throw new VumiError('not_found', `there is no token of the id "${id}": list the tokens`, { field: 'id' });
  }
  if (!info.configured) return info;
  throw new VumiError(
    'request.conflict',
    "this is the administrator's token that the platform is started with: set VUMI_ADMIN_TOKEN anew and start again",
    { field: 'id' },
  );
}

async function update(
  statements: Statements,
  id: string,
  { label, expires_at }: { label?: string | undefined; expires_at?: string | null | undefined },
): Promise<TokenInfo> {
  const [info] = await statements.query<TokenInfo>(
    `update tokens set label = coalesce($2, label), expires_at = case when $3 then $4 else expires_at end
     where id = $1 returning ${COLUMNS}`,
    [id, label ?? null, expires_at !== undefined, expires_at ?? null],
  );
  if (info === undefined) throw new TypeError('an update returned no row');
  return info;
}

/** A token that would have ended earlier still does. */
async function expireWithin(statements: Statements, id: string, seconds: number): Promise<void> {
  await statements.query(
    'update tokens set expires_at = least(expires_at, now() + make_interval(secs => $2)) where id = $1',
    [id, seconds],
  );
}

/** What takes the place of a token lives as long as that was meant to. */
function sameLifetime({ created_at, expires_at }: TokenInfo): string | null {
  if (expires_at === null) return null;
  return new Date(Date.now() + Date.parse(expires_at) - Date.parse(created_at)).toISOString();
}

/** Only one token is the configured one, whoever starts with which: the last one wins and the others learn of it. */
function configure(changes: Changes, token: string): ReturnType<Tokens['configure']> {
  const hash = hashToken(token);
  return changes.write('tokens', async (statements) => {
    // Processes start together.
    await statements.query(oneWriterOf('tokens'));
    const [known] = await statements.query<TokenInfo>(`select ${COLUMNS} from tokens where hash = $1`, [
      hash,
    ]);
    if (known?.configured === true) return { id: known.id, replaced: false };
    if (known !== undefined && known.account !== null) {
      throw new VumiError(
        'config.invalid',
        `VUMI_ADMIN_TOKEN is a token of account "${known.account}": choose another one`,
      );
    }
    const earlier = await statements.query('delete from tokens where configured or hash = $1 returning id', [
      hash,
    ]);
    const id = newId();
    await statements.query(
      `insert into tokens (hash, id, account, label, scopes, created_by, configured)
       values ($1, $2, null, $3, $4, $5, true)`,
      [hash, id, ADMINISTRATOR, ['admin'], 'configuration'],
    );
    if (earlier.length === 0) return { id, replaced: false };
    const details = { id, in_place_of: earlier };
    await noteAudit(statements, {
      account: null,
      actor: 'configuration',
      action: 'token.configured',
      details,
    });
    return { id, replaced: true };
  });
}

function audit(statements: Statements, action: string, info: TokenInfo, actor: string): Promise<void> {
  const { id, account, label, scopes, expires_at } = info;
  return noteAudit(statements, { account, actor, action, details: { id, label, scopes, expires_at } });
}
