import { createHash } from 'node:crypto';
import { parseTimestamp, type Logger, type TransportEvent, type UserMessage } from '@vumi/core';
import { encodeNumberArray, encodeTextArray, withoutNul } from './array-parameter.ts';
import { BatchWriter } from './batch-writer.ts';
import type { Database } from './database.ts';
import type { Direction, InboundStatus, OutboundStatus } from './records.ts';
import type { MessageOwner, Recorder } from './store.ts';

/** Postgres refuses index entries over 2,700 bytes; the whole text is in the body. */
const MAX_INDEXED = 500;
const DIGEST_LENGTH = 64;
/** Under 2,000 rows a second steps start at once, above that every 20 ms. */
const FULL_ROWS = 40;

const INSERT_MESSAGES = `
  insert into messages (message_id, direction, account, app, status, from_addr, to_addr, at, body)
  select id, direction, account, app, status, from_addr, to_addr, to_timestamp(at), body
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::float8[], $9::json[])
    as given (id, direction, account, app, status, from_addr, to_addr, at, body)
  on conflict do nothing`;

const INSERT_EVENTS = `
  insert into events (event_id, user_message_id, at, body)
  select id, user_message_id, to_timestamp(at), body
  from unnest($1::text[], $2::text[], $3::float8[], $4::json[]) as given (id, user_message_id, at, body)
  on conflict do nothing`;

interface MessageEntry {
  readonly message: UserMessage;
  readonly owner: MessageOwner | null;
  readonly direction: Direction;
  readonly status: InboundStatus | OutboundStatus;
  /** The message's JSON of the moment when it was recorded. */
  readonly body: string;
}

interface EventEntry {
  readonly event: TransportEvent;
  readonly body: string;
}

export interface OpenRecorder extends Recorder, AsyncDisposable {}

export function openRecorder(database: Database, logger: Logger): OpenRecorder {
  const messages = new BatchWriter<MessageEntry>({
    logger,
    fullRows: FULL_ROWS,
    write: async (rows) => {
      await database.prepared('insert_messages', INSERT_MESSAGES, messageColumns(rows));
    },
  });
  const events = new BatchWriter<EventEntry>({
    logger,
    fullRows: FULL_ROWS,
    write: async (rows) => {
      await database.prepared('insert_events', INSERT_EVENTS, eventColumns(rows));
    },
  });
  // "async", so that what JSON cannot hold rejects instead of throwing.
  const record = async (entry: Omit<MessageEntry, 'body'>): Promise<void> =>
    messages.add({ ...entry, body: JSON.stringify(entry.message) });
  return {
    inbound: (message, owner, status) => record({ message, owner, direction: 'inbound', status }),
    outbound: (message, owner, status) => record({ message, owner, direction: 'outbound', status }),
    event: async (event) => events.add({ event, body: JSON.stringify(event) }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([messages[Symbol.asyncDispose](), events[Symbol.asyncDispose]()]);
    },
  };
}

function messageColumns(rows: readonly MessageEntry[]): Buffer[] {
  const text = (column: (row: MessageEntry) => string | null): Buffer =>
    encodeTextArray('text', rows.map(column));
  return [
    text(({ message }) => indexedId(message.message_id)),
    text(({ direction }) => direction),
    text(({ owner }) => owner?.account ?? null),
    text(({ owner }) => owner?.app ?? null),
    text(({ status }) => status),
    text(({ message }) => indexedText(message.from_addr)),
    text(({ message }) => indexedText(message.to_addr)),
    encodeNumberArray(rows.map(({ message }) => epochSeconds(message.timestamp))),
    encodeTextArray(
      'json',
      rows.map(({ body }) => body),
    ),
  ];
}

function eventColumns(rows: readonly EventEntry[]): Buffer[] {
  const text = (column: (row: EventEntry) => string): Buffer => encodeTextArray('text', rows.map(column));
  return [
    text(({ event }) => indexedId(event.event_id)),
    text(({ event }) => indexedId(event.user_message_id)),
    encodeNumberArray(rows.map(({ event }) => epochSeconds(event.timestamp))),
    encodeTextArray(
      'json',
      rows.map(({ body }) => body),
    ),
  ];
}

/** How an id stands in its column. A long one keeps its start and stays unique by its hash. */
export function indexedId(id: string): string {
  if (id.length <= MAX_INDEXED) return withoutNul(id);
  return withoutNul(id.slice(0, MAX_INDEXED - DIGEST_LENGTH)) + createHash('sha256').update(id).digest('hex');
}

/** How an address stands in its column. */
export function indexedText(text: string | null): string | null {
  return text === null ? null : withoutNul(text.slice(0, MAX_INDEXED));
}

function epochSeconds(timestamp: string): number {
  return (parseTimestamp(timestamp) ?? 0) / 1000;
}
