import { timestampToIso, VumiError } from '@vumi/core';
import { requireAccount } from './accounts.ts';
import type { Database } from './database.ts';
import { findMessages, placeOf } from './find-messages.ts';
import { indexedId } from './indexed-text.ts';
import type { Messages } from './message-ports.ts';
import { readEvents, readMeanings } from './message-events.ts';
import { messageStatus, type EventMeaning } from './message-status.ts';
import { encodeCursor } from './page.ts';
import type { EventDetail, MessageEvent, MessageQuery, MessageRow } from './message-records.ts';
import type { Page } from './records.ts';
import { readWritten } from './written-sample.ts';
import { readStored, STORED, type StoredMessage } from './stored-messages.ts';

export function openMessages(database: Database): Messages {
  return {
    list: (query) => listMessages(database, query),
    get: (account, messageId) => getMessage(database, account, messageId),
    cursorAfter: (account, messageId) => cursorAfter(database, account, messageId),
    written: (query) => readWritten(database, query),
  };
}

async function getMessage(
  database: Database,
  account: string | null,
  messageId: string,
): Promise<MessageRow> {
  const stored = await readStored(
    database,
    `select ${STORED} as packed from messages where message_id = $1 and ($2::text is null or account = $2)`,
    [indexedId(messageId), account],
  );
  const [message] = await withEvents(database, stored);
  if (message !== undefined) return message;
  throw noSuchMessage(messageId);
}

function noSuchMessage(messageId: string): VumiError {
  return new VumiError(
    'not_found',
    `there is no message "${messageId}" here: a list of messages has their ids`,
  );
}

async function cursorAfter(database: Database, account: string | null, messageId: string): Promise<string> {
  const [stored] = await readStored(
    database,
    `select ${STORED} as packed from messages where message_id = $1 and ($2::text is null or account = $2)`,
    [indexedId(messageId), account],
  );
  if (stored === undefined) throw noSuchMessage(messageId);
  return encodeCursor(placeOf(stored));
}

async function listMessages(database: Database, query: MessageQuery): Promise<Page<MessageRow>> {
  const page = await findMessages(database, query);
  if (page.items.length === 0 && query.account !== null) await requireAccount(database, query.account);
  return { ...page, items: await SHOW[query.events ?? 'all'](database, page.items) };
}

type Stored = readonly StoredMessage[];

const SHOW: Readonly<Record<EventDetail, (database: Database, messages: Stored) => Promise<MessageRow[]>>> = {
  all: withEvents,
  async status(database, messages) {
    const meanings = await readMeanings(database, messages);
    return messages.map((stored) => showMessage(stored, meanings.get(stored.id) ?? [], []));
  },
  none: async (_database, messages) => messages.map((stored) => showMessage(stored, [], [])),
};

async function withEvents(database: Database, messages: Stored): Promise<MessageRow[]> {
  const all = await readEvents(database, messages);
  return messages.map((stored) => {
    const events = all.get(stored.id) ?? [];
    return showMessage(stored, events, events);
  });
}

function showMessage(
  stored: StoredMessage,
  known: readonly EventMeaning[],
  events: MessageEvent[],
): MessageRow {
  return Object.assign(describeMessage(stored), messageStatus(stored.status, known), { events });
}

/** What stays as it is of a message. */
export function describeMessage({
  direction,
  account,
  app,
  body,
}: Pick<StoredMessage, 'direction' | 'account' | 'app' | 'body'>): Omit<
  MessageRow,
  'status' | 'reason' | 'events'
> {
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
    group: body.group,
    in_reply_to: body.in_reply_to,
    timestamp: timestampToIso(body.timestamp),
  };
}
