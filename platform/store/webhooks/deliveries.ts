import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { checkInstant } from '../checks.ts';
import type { Statements } from '../database.ts';
import { decodeCursor, pageLimit, toPage } from '../page.ts';
import type { Page } from '../records.ts';
import type { DeliveryQuery, RedeliveryQuery, WebhookDelivery } from './records.ts';

/** What is asked of deliveries needs to know of their webhook. */
export interface OwnWebhook {
  readonly id: string;
  readonly retryHours: number;
}

const cursorSchema = z.tuple([z.literal('webhook_deliveries'), z.string().regex(/^\d{1,18}$/)]);
const COLUMNS = `webhook || '-' || seq as id, seq, event, message_id, event_id, user_address as user,
  nullif(number, 0)::int as sequence, status, attempts, created_at, next_at, last`;
/** Rows that one request sends again: more are asked for by another. */
const MOST_AGAIN = 100_000;

type Row = WebhookDelivery & { readonly seq: string };

export async function listDeliveries(
  statements: Statements,
  webhook: OwnWebhook,
  query: DeliveryQuery,
): Promise<Page<WebhookDelivery>> {
  const limit = pageLimit(query.limit);
  const values: unknown[] = [webhook.id];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const where = ['webhook = $1'];
  // Written out, so that the index of the dead serves.
  if (query.status !== undefined)
    where.push(query.status === 'dead' ? "status = 'dead'" : `status = ${given(query.status)}`);
  if (query.event !== undefined) where.push(`event = ${given(query.event)}`);
  if (query.message_id !== undefined) where.push(`message_id = ${given(query.message_id)}`);
  if (query.from !== undefined) where.push(`created_at >= ${given(instant('from', query.from))}`);
  if (query.to !== undefined) where.push(`created_at < ${given(instant('to', query.to))}`);
  const after = decodeCursor(cursorSchema, query.cursor);
  if (after !== null) where.push(`seq < ${given(after[1])}`);
  const rows = await statements.query<Row>(
    `select ${COLUMNS} from webhook_deliveries where ${where.join(' and ')} order by seq desc limit ${limit + 1}`,
    values,
  );
  return toPage(rows, limit, { key: ({ seq }) => ['webhook_deliveries', seq], item: showDelivery });
}

export async function getDelivery(
  statements: Statements,
  webhook: OwnWebhook,
  id: string,
): Promise<WebhookDelivery> {
  const [row] = await statements.query<Row>(
    `select ${COLUMNS} from webhook_deliveries where webhook = $1 and seq = $2`,
    [webhook.id, sequenceOf(webhook, id)],
  );
  if (row === undefined) throw noDelivery(id);
  return showDelivery(row);
}

/** Under their old ids and numbers, at once and not in anybody's order; those that wait are not touched. */
export async function redeliver(
  statements: Statements,
  webhook: OwnWebhook,
  query: RedeliveryQuery,
): Promise<number> {
  const values: unknown[] = [webhook.id, webhook.retryHours];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const where = ["webhook = $1 and event <> 'test'"];
  if ('id' in query) where.push(`seq = ${given(sequenceOf(webhook, query.id))}`);
  else {
    where.push(`created_at >= ${given(instant('from', query.from))}`);
    if (query.to !== undefined) where.push(`created_at < ${given(instant('to', query.to))}`);
  }
  const status = 'id' in query ? 'all' : (query.status ?? 'dead');
  where.push(status === 'all' ? "status <> 'pending'" : `status = ${given(status)}`);
  const again = await statements.query(
    `update webhook_deliveries set status = 'pending', next_at = now(),
       give_up_at = now() + $2::float8 * interval '1 hour'
     where seq in (select seq from webhook_deliveries where ${where.join(' and ')} order by seq
       limit ${MOST_AGAIN} for update)
     returning seq`,
    values,
  );
  if (again.length === 0 && 'id' in query) {
    const { status: now } = await getDelivery(statements, webhook, query.id);
    throw new VumiError(
      'request.conflict',
      `the delivery is ${now}: only one that is not under way or a test is made again`,
    );
  }
  return again.length;
}

/** A delivery that says nothing but that it is a test; its id. */
export async function addTestDelivery(statements: Statements, webhook: OwnWebhook): Promise<string> {
  const [row] = await statements.query<{ id: string }>(
    `insert into webhook_deliveries (webhook, event, message_id, user_address, at, number, next_at)
     values ($1, 'test', '', '', now(), 0, now()) returning webhook || '-' || seq as id`,
    [webhook.id],
  );
  if (row === undefined) throw new TypeError('an insert returned no row');
  return row.id;
}

/** Without what only the cursor needs. */
function showDelivery(row: Row): WebhookDelivery {
  const { seq: _, ...shown } = row;
  return shown;
}

/** Throws `not_found` for what is no id of a delivery of the webhook. */
function sequenceOf(webhook: OwnWebhook, id: string): string {
  const [own, seq = ''] = id.split('-');
  if (own !== webhook.id || !/^\d{1,18}$/.test(seq)) throw noDelivery(id);
  return seq;
}

function instant(field: string, text: string): string {
  return new Date(checkInstant(field, text)).toISOString();
}

function noDelivery(id: string): VumiError {
  return new VumiError(
    'not_found',
    `the webhook has no delivery "${id}": its list of deliveries has their ids, for as long as they are kept`,
  );
}
