import { randomBytes } from 'node:crypto';
import {
  nameSchema,
  newId,
  VumiError,
  webhookSecretSchema,
  webhookSettingsSchema,
  type WebhookSettings,
} from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from '../accounts.ts';
import { requireApp } from '../apps.ts';
import type { Changes } from '../changes.ts';
import { check, checkSlug } from '../checks.ts';
import type { Database, Statements } from '../database.ts';
import { noteAudit } from '../note-audit.ts';
import { decodeCursor, pageLimit, toPage } from '../page.ts';
import type { Page, PageQuery } from '../records.ts';
import type { Webhooks } from './webhook-ports.ts';
import { addTestDelivery, getDelivery, listDeliveries, redeliver, type OwnWebhook } from './deliveries.ts';
import type { Webhook, WebhookAttempt } from './records.ts';

const cursorSchema = z.tuple([z.literal('webhooks'), z.string()]);
const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = 32;
/** Counting goes no further than this: a receiver that is away for days may have millions that wait. */
const COUNTED = 10_000;

const COLUMNS = `id, account, name, url, events, app, transport, active, settings, secrets, created_at, failing_since,
  failures, retry_at, last,
  (select count(*)::int from (select from webhook_deliveries where webhook = webhooks.id and status = 'pending'
     limit ${COUNTED}) as waiting) as pending,
  (select count(*)::int from (select from webhook_deliveries where webhook = webhooks.id and status = 'dead'
     limit ${COUNTED}) as given_up) as dead`;

/** A secret as it is stored; the newest comes first. */
export interface StoredSecret {
  readonly secret: string;
  /** Null: it goes on. */
  readonly expires_at: string | null;
}

interface Stored extends Pick<WebhookSettings, 'url' | 'events' | 'app' | 'transport' | 'active'> {
  readonly id: string;
  readonly account: string | null;
  readonly name: string;
  readonly settings: object;
  readonly secrets: readonly StoredSecret[];
  readonly created_at: string;
  readonly failing_since: string | null;
  readonly failures: number;
  readonly retry_at: string | null;
  readonly last: WebhookAttempt | null;
  readonly pending: number;
  readonly dead: number;
}

export function openWebhooks(database: Database, changes: Changes): Webhooks {
  const own = async (account: string | null, name: string): Promise<OwnWebhook> => {
    const { id, retry_hours: retryHours } = showWebhook(await requireWebhook(database, account, name));
    return { id, retryHours };
  };
  return {
    put: (account, name, given, actor) =>
      changes.write('webhooks', (statements) => putWebhook(statements, { account, name, ...given }, actor)),
    get: async (account, name) => showWebhook(await requireWebhook(database, account, name)),
    list: (account, page) => listWebhooks(database, account, page),
    remove: (account, name, actor) =>
      changes.write('webhooks', (statements) => removeWebhook(statements, account, name, actor)),
    rotateSecret: (account, name, how, actor) =>
      changes.write('webhooks', (statements) => rotate(statements, { account, name, ...how }, actor)),
    deliveries: async (account, name, query) => listDeliveries(database, await own(account, name), query),
    delivery: async (account, name, id) => getDelivery(database, await own(account, name), id),
    redeliver: async (account, name, query) => {
      const webhook = await own(account, name);
      return changes.write('webhooks', (statements) => redeliver(statements, webhook, query));
    },
    test: async (account, name) => {
      const webhook = await own(account, name);
      return changes.write('webhooks', (statements) => addTestDelivery(statements, webhook));
    },
  };
}

interface Put {
  readonly account: string | null;
  readonly name: string;
  readonly settings: WebhookSettings;
  readonly secret?: string | undefined;
}

async function putWebhook(
  statements: Statements,
  { account, name, settings, secret }: Put,
  actor: string,
): ReturnType<Webhooks['put']> {
  checkKey(account, name);
  if (secret !== undefined) check(webhookSecretSchema, 'secret', secret);
  if (account !== null) {
    await requireAccount(statements, account);
    if (settings.app !== null) await requireApp(statements, { account, app: settings.app });
  }
  const known = await findWebhook(statements, account, name, 'for update');
  const made = known === null && secret === undefined ? newSecret() : null;
  const chosen = made ?? secret;
  const secrets = chosen === undefined ? known?.secrets : [{ secret: chosen, expires_at: null }];
  const { url, events, app, transport, active, ...rest } = settings;
  await statements.query(
    `insert into webhooks (id, account, name, url, events, app, transport, active, settings, secrets)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (account, name) do update set url = excluded.url, events = excluded.events, app = excluded.app,
       transport = excluded.transport, active = excluded.active, settings = excluded.settings,
       secrets = excluded.secrets, retry_at = null`,
    [
      known?.id ?? newId(),
      account,
      name,
      url,
      events,
      app,
      transport,
      active,
      JSON.stringify(rest),
      JSON.stringify(secrets),
    ],
  );
  const action = known === null ? 'webhook.made' : 'webhook.changed';
  await noteAudit(statements, { account, actor, action, details: { name, host: new URL(url).host } });
  const webhook = showWebhook(await requireWebhook(statements, account, name));
  return { webhook, created: known === null, secret: made };
}

async function listWebhooks(
  database: Database,
  account: string | null,
  page: PageQuery,
): Promise<Page<Webhook>> {
  if (account !== null) checkSlug('account', account);
  const limit = pageLimit(page.limit);
  const after = decodeCursor(cursorSchema, page.cursor)?.[1] ?? '';
  const rows = await database.query<Stored>(
    `select ${COLUMNS} from webhooks where account is not distinct from $1 and name > $2 order by name limit $3`,
    [account, after, limit + 1],
  );
  if (rows.length === 0 && account !== null) await requireAccount(database, account);
  return toPage(rows, limit, { key: ({ name }) => ['webhooks', name], item: showWebhook });
}

async function removeWebhook(
  statements: Statements,
  account: string | null,
  name: string,
  actor: string,
): Promise<void> {
  checkKey(account, name);
  const [removed] = await statements.query<{ id: string }>(
    'delete from webhooks where account is not distinct from $1 and name = $2 returning id',
    [account, name],
  );
  if (removed === undefined) throw noWebhook(account, name);
  await statements.query('delete from webhook_streams where webhook = $1', [removed.id]);
  await statements.query('delete from webhook_deliveries where webhook = $1', [removed.id]);
  await noteAudit(statements, { account, actor, action: 'webhook.removed', details: { name } });
}

/** The secret before goes on for the overlap; one before that ends. */
async function rotate(
  statements: Statements,
  given: { account: string | null; name: string; overlap_seconds: number; secret?: string | undefined },
  actor: string,
): ReturnType<Webhooks['rotateSecret']> {
  const { account, name, overlap_seconds: overlap } = given;
  checkKey(account, name);
  if (given.secret !== undefined) check(webhookSecretSchema, 'secret', given.secret);
  const known = await findWebhook(statements, account, name, 'for update');
  if (known === null) throw noWebhook(account, name);
  const secret = given.secret ?? newSecret();
  const ends = new Date(Date.now() + overlap * 1000).toISOString();
  const [old] = known.secrets;
  const before = overlap > 0 && old !== undefined ? [{ secret: old.secret, expires_at: ends }] : [];
  await statements.query('update webhooks set secrets = $2 where id = $1', [
    known.id,
    JSON.stringify([{ secret, expires_at: null }, ...before]),
  ]);
  const details = { name, overlap_seconds: overlap };
  await noteAudit(statements, { account, actor, action: 'webhook.secret_rotated', details });
  const webhook = showWebhook(await requireWebhook(statements, account, name));
  return { webhook, secret: given.secret === undefined ? secret : null };
}

async function findWebhook(
  statements: Statements,
  account: string | null,
  name: string,
  lock: '' | 'for update' = '',
): Promise<Stored | null> {
  const [stored] = await statements.query<Stored>(
    `select ${COLUMNS} from webhooks where account is not distinct from $1 and name = $2 ${lock}`,
    [account, name],
  );
  return stored ?? null;
}

async function requireWebhook(statements: Statements, account: string | null, name: string): Promise<Stored> {
  checkKey(account, name);
  const stored = await findWebhook(statements, account, name);
  if (stored === null) throw noWebhook(account, name);
  return stored;
}

/** Settings that came with a later version have their defaults. */
function showWebhook(stored: Stored): Webhook {
  const { secrets, settings, url, events, app, transport, active, ...rest } = stored;
  return {
    ...rest,
    ...webhookSettingsSchema.parse({ ...settings, url, events, app, transport, active }),
    secrets: validSecrets(secrets, Date.now()).map(({ expires_at }) => ({ expires_at })),
  };
}

export function validSecrets(secrets: readonly StoredSecret[], now: number): readonly StoredSecret[] {
  return secrets.filter(({ expires_at }) => expires_at === null || Date.parse(expires_at) > now);
}

function newSecret(): string {
  return SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
}

function checkKey(account: string | null, name: string): void {
  if (account !== null) checkSlug('account', account);
  check(nameSchema, 'name', name);
}

function noWebhook(account: string | null, name: string): VumiError {
  return new VumiError(
    'not_found',
    account === null
      ? `there is no receiver of alerts "${name}": list them, or add one`
      : `account "${account}" has no webhook "${name}": list its webhooks, or set one`,
  );
}
