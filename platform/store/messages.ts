import {
  addressSpellings,
  timestampToIso,
  VumiError,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import { checkInstant, checkSlug } from './checks.ts';
import type { Database } from './database.ts';
import { messageStatus, showEvent, STATUS_SQL } from './message-status.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import { indexedId, indexedText } from './recorder.ts';
import type {
  Direction,
  InboundStatus,
  MessageEvent,
  MessageQuery,
  MessageRow,
  OutboundStatus,
  Page,
} from './records.ts';
import type { Messages } from './store.ts';

interface Stored {
  readonly id: string;
  readonly direction: Direction;
  readonly account: string | null;
  readonly app: string | null;
  readonly status: InboundStatus | OutboundStatus;
  /** Microseconds since the epoch: a date of JavaScript has only milliseconds. */
  readonly at: string;
  readonly seq: string;
  readonly body: UserMessage;
}

const COLUMNS = `message_id as id, direction, account, app, status, body, seq,
  (extract(epoch from at) * 1000000)::bigint as at`;
const integer = z.string().regex(/^-?\d{1,18}$/);
const cursorSchema = z.tuple([z.literal('messages'), integer, integer]);

export function openMessages(database: Database): Messages {
  return {
    list: (query) => listMessages(database, query),
    get: (account, messageId) => getMessage(database, account, messageId),
  };
}

async function getMessage(
  database: Database,
  account: string | null,
  messageId: string,
): Promise<MessageRow> {
  const stored = await database.query<Stored>(
    `select ${COLUMNS} from messages where message_id = $1 and ($2::text is null or account = $2)`,
    [indexedId(messageId), account],
  );
  const [message] = await withEvents(database, stored);
  if (message !== undefined) return message;
  throw new VumiError(
    'not_found',
    `there is no message "${messageId}" here: a list of messages has their ids`,
  );
}

async function listMessages(database: Database, query: MessageQuery): Promise<Page<MessageRow>> {
  const limit = pageLimit(query.limit);
  const { where, branches, values } = conditions(query);
  const last = `limit ${limit + 1}`;
  // A branch per index: Postgres would not combine two of them and keep their order.
  const selects = branches.map(
    (branch) =>
      `(select ${COLUMNS} from messages where ${[...where, ...branch].join(' and ')}
        order by messages.at desc, seq desc ${last})`,
  );
  const stored = await database.query<Stored>(
    `select * from (${selects.join(' union all ')}) as found order by at desc, seq desc ${last}`,
    values,
  );
  if (stored.length === 0 && query.account !== null) await requireAccount(database, query.account);
  const page = toPage(stored, limit, {
    key: ({ at, seq }) => ['messages', at, seq],
    item: (row) => row,
  });
  return { ...page, items: await withEvents(database, page.items) };
}

interface Conditions {
  /** All of them hold. */
  readonly where: string[];
  /** One of them holds, and of no message two. */
  readonly branches: string[][];
  readonly values: unknown[];
}

function conditions(query: MessageQuery): Conditions {
  const values: unknown[] = [];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const where = ['true'];
  if (query.account !== null) {
    checkSlug('account', query.account);
    where.push(`account = ${given(query.account)}`);
  }
  if (query.app !== undefined) where.push(`app = ${given(query.app)}`);
  if (query.direction !== undefined) where.push(`direction = ${given(query.direction)}`);
  if (query.from !== undefined) where.push(`at >= ${given(instant('from', query.from))}`);
  if (query.to !== undefined) where.push(`at < ${given(instant('to', query.to))}`);
  if (query.status !== undefined) where.push(`${STATUS_SQL} = any(${given([...query.status])})`);
  const after = decodeCursor(cursorSchema, query.cursor);
  if (after !== null) {
    const at = `timestamptz 'epoch' + ${given(after[1])}::bigint * interval '1 microsecond'`;
    where.push(`(at, seq) < (${at}, ${given(after[2])}::bigint)`);
  }
  if (query.address === undefined) return { where, branches: [[]], values };
  const spellings = addressSpellings(query.address).map((text) => given(indexedText(text)));
  // Whom it is both from and to, is from.
  const isFromOther = `(from_addr is null or from_addr not in (${spellings.join(', ')}))`;
  return {
    where,
    values,
    branches: spellings.flatMap((address) => [
      [`from_addr = ${address}`],
      [`to_addr = ${address}`, isFromOther],
    ]),
  };
}

function instant(field: string, text: string): string {
  return new Date(checkInstant(field, text)).toISOString();
}

async function withEvents(database: Database, messages: readonly Stored[]): Promise<MessageRow[]> {
  if (messages.length === 0) return [];
  const rows = await database.query<{ id: string; body: TransportEvent }>(
    'select user_message_id as id, body from events where user_message_id = any($1) order by at, seq',
    [messages.map(({ id }) => id)],
  );
  const events = Map.groupBy(rows, ({ id }) => id);
  return messages.map((stored) =>
    showMessage(
      stored,
      (events.get(stored.id) ?? []).map(({ body }) => showEvent(body)),
    ),
  );
}

function showMessage(stored: Stored, events: MessageEvent[]): MessageRow {
  const { direction, account, app, body } = stored;
  return {
    message_id: body.message_id,
    direction,
    account,
    app,
    transport_name: body.transport_name,
    from_addr: body.from_addr,
    to_addr: body.to_addr,
    content: body.content,
    session_event: body.session_event,
    in_reply_to: body.in_reply_to,
    timestamp: timestampToIso(body.timestamp),
    ...messageStatus(stored.status, events),
    events,
  };
}
