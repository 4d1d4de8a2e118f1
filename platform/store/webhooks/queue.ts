import { webhookSettingsSchema, type TransportEvent, type UserMessage } from '@vumi/core';
import type { Database, Statements } from '../database.ts';
import { showEvent } from '../message-status.ts';
import { describeMessage } from '../messages.ts';
import type { Direction } from '../message-records.ts';
import type { WebhookQueue } from './webhook-ports.ts';
import { expireDeliveries, trimDeliveries } from './expiry.ts';
import { giveNumbers, matchEarlyEvents } from './numbering.ts';
import type { DueDelivery, ReceiverState, WebhookReceiver } from './records.ts';
import { settle } from './settle.ts';
import { validSecrets, type StoredSecret } from './webhooks.ts';

/** Deliveries of one user that are taken together. */
const OF_ONE_USER = 20;

/** What whoever delivers asks of the store. */
export function openWebhookQueue(database: Database): WebhookQueue {
  return {
    receivers: () => readReceivers(database),
    giveNumbers: async (early) => {
      // In a step of its own: what it makes can be numbered by the next.
      await matchEarlyEvents(database, early);
      return giveNumbers(database);
    },
    due: (webhook, query) => dueInOrder(database, webhook, query),
    dueApart: (webhook, query) => dueApart(database, webhook, query),
    settle: (outcomes) => database.transaction((statements) => settle(statements, outcomes)),
    noteReceiver: (webhook, state) => noteReceiver(database, webhook, state),
    retryNow: (webhook) => database.transaction((statements) => retryNow(statements, webhook)),
    expire: (webhook, retryHours) =>
      database.transaction((statements) => expireDeliveries(statements, webhook, retryHours)),
    trim: () => trimDeliveries(database),
  };
}

interface StoredReceiver extends Omit<WebhookReceiver, 'settings' | 'secrets'> {
  readonly parts: object;
  readonly main: object;
  readonly secrets: readonly StoredSecret[];
}

async function readReceivers(database: Database): Promise<WebhookReceiver[]> {
  const rows = await database.query<StoredReceiver>(
    `select id, account, webhooks.name, settings as parts, secrets, private_services, failing_since, failures,
       retry_at, json_build_object('url', url, 'events', events, 'app', app, 'transport', transport,
         'active', webhooks.active) as main
     from webhooks left join accounts on accounts.name = account
     where webhooks.active and (account is null or accounts.active) order by id`,
  );
  return rows.map(showReceiver);
}

function showReceiver({ parts, main, secrets, ...row }: StoredReceiver): WebhookReceiver {
  return {
    ...row,
    settings: webhookSettingsSchema.parse({ ...parts, ...main }),
    secrets: validSecrets(secrets, Date.now()).map(({ secret }) => secret),
  };
}

interface DueRow extends Omit<DueDelivery, 'message' | 'told'> {
  readonly direction: Direction | null;
  readonly account: string | null;
  readonly app: string | null;
  readonly body: UserMessage;
  readonly told: TransportEvent | null;
}

const DUE_COLUMNS = `due.seq, due.event, due.user_address as user, due.number::int as number, due.attempts,
  due.created_at, due.give_up_at, messages.direction, messages.account, messages.app, messages.body, events.body as told,
  alert_notices.body as alert`;
const WITH_ROWS = `left join messages on messages.message_id = due.message_id and messages.week = due.message_week
  left join events on events.event_id = due.event_id and events.week = due.event_week
  left join alert_notices on due.event = 'alert' and alert_notices.id = due.event_id`;

async function dueInOrder(
  database: Database,
  webhook: string,
  { at, users, except }: Parameters<WebhookQueue['due']>[1],
): Promise<DueDelivery[]> {
  const rows = await database.query<DueRow>(
    `select ${DUE_COLUMNS}, false as apart,
       case when due.number = stream.done + 1 then stream.failures else 0 end as failures
     from (select user_address, done, failures, due_at from webhook_streams
       where webhook = $1 and due_at <= $2 and user_address <> all($3) order by due_at limit $4) as stream
     cross join lateral (select * from webhook_deliveries
       where webhook = $1 and user_address = stream.user_address and status = 'pending' and next_at is null
         and number > stream.done order by number limit ${OF_ONE_USER}) as due
     ${WITH_ROWS} order by stream.due_at, due.user_address, due.number`,
    [webhook, at === null ? 'infinity' : new Date(at).toISOString(), [...except], users],
  );
  if (rows.length === 0) await restUnwritten(database, webhook);
  return rows.map(showDue);
}

/** Lets users rest whose deliveries are gone. */
async function restUnwritten(database: Database, webhook: string): Promise<void> {
  await database.query(
    `update webhook_streams as stream set due_at = null, done = last
     where webhook = $1 and due_at <= now() and not exists (
       select from webhook_deliveries as due where due.webhook = $1 and due.user_address = stream.user_address
         and status = 'pending' and next_at is null)`,
    [webhook],
  );
}

async function dueApart(
  database: Database,
  webhook: string,
  { limit, except, only }: Parameters<WebhookQueue['dueApart']>[1],
): Promise<DueDelivery[]> {
  const rows = await database.query<DueRow>(
    `select ${DUE_COLUMNS}, 0 as failures, true as apart
     from (select * from webhook_deliveries where webhook = $1 and status = 'pending' and next_at <= now()
       and seq <> all($2::bigint[]) and ($4::text is null or event = $4) order by next_at, seq limit $3) as due
     ${WITH_ROWS} order by due.next_at, due.seq`,
    [webhook, [...except], limit, only ?? null],
  );
  return rows.map(showDue);
}

function showDue({ direction, account, app, body, told, ...row }: DueRow): DueDelivery {
  return {
    ...row,
    message: direction === null ? null : describeMessage({ direction, account, app, body }),
    told: told === null ? null : showEvent(told),
  };
}

async function noteReceiver(
  database: Database,
  webhook: string,
  { failing_since, failures, retry_at, last }: ReceiverState,
): Promise<void> {
  await database.query(
    'update webhooks set failing_since = $2, failures = $3, retry_at = $4, last = $5 where id = $1',
    [webhook, failing_since, failures, retry_at, JSON.stringify(last)],
  );
}

/** The receiver is back: what waits for a later attempt need not. */
async function retryNow(statements: Statements, webhook: string): Promise<void> {
  await statements.query('update webhook_streams set due_at = now() where webhook = $1 and due_at > now()', [
    webhook,
  ]);
}
