import { bodyOf, withoutSecretAnswer, type Logger } from '@vumi/core';
import { BatchWriter } from './batch-writer.ts';
import { joinBatches } from './batches/batch-membership.ts';
import { countedEvents, countedMessages } from './batches/counted-writes.ts';
import type { Database } from './database.ts';
import {
  eventColumns,
  insertEvents,
  insertMessages,
  messageColumns,
  type EventEntry,
  type MessageEntry,
} from './message-rows.ts';
import type { Recorder } from './message-ports.ts';
import { markTroubles } from './troubles.ts';
import type { AnyWebhooks } from './webhooks/any-webhooks.ts';
import { messageWeeksOf, withEventDeliveries, withMessageDeliveries } from './webhooks/matching.ts';

/** Under 2,000 rows a second steps start at once, above that every 20 ms. */
const FULL_ROWS = 40;

export interface OpenRecorder extends Recorder, AsyncDisposable {}

/** With the rows the deliveries to webhooks of their accounts are made, in the same step. */
export function openRecorder(
  database: Database,
  webhooks: Pick<AnyWebhooks, 'possible'>,
  logger: Logger,
): OpenRecorder {
  const messages = new BatchWriter<MessageEntry>({
    logger,
    rows: 'messages',
    fullRows: FULL_ROWS,
    write: (rows) => writeMessages(database, rows, webhooks.possible),
  });
  const events = new BatchWriter<EventEntry>({
    logger,
    rows: 'events',
    fullRows: FULL_ROWS,
    write: async (rows) => {
      await writeEvents(database, rows, webhooks.possible);
      await markTroubles(database, rows);
    },
  });
  // "async", so that what JSON cannot hold rejects instead of throwing.
  const record = async (entry: Omit<MessageEntry, 'body'>): Promise<void> =>
    messages.add({ ...entry, body: bodyOf(entry.message) });
  return {
    inbound: (message, owner, status) =>
      record({ message: withoutSecretAnswer(message), owner, direction: 'inbound', status }),
    outbound: (message, owner, status) => record({ message, owner, direction: 'outbound', status }),
    event: async (event) => events.add({ event, body: bodyOf(event) }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([messages[Symbol.asyncDispose](), events[Symbol.asyncDispose]()]);
    },
  };
}

async function writeMessages(
  database: Database,
  rows: readonly MessageEntry[],
  isTold: boolean,
): Promise<void> {
  const columns = messageColumns(rows);
  const written = countedMessages(insertMessages(columns));
  const statement = isTold ? withMessageDeliveries(written) : `with ${written} select 1`;
  await database.prepared(nameOf('messages', isTold, columns.mayRepeat), statement, columns.values);
  await joinBatches(database, rows);
}

async function writeEvents(database: Database, rows: readonly EventEntry[], isTold: boolean): Promise<void> {
  const columns = eventColumns(rows);
  const written = countedEvents(insertEvents(columns));
  const statement = isTold ? withEventDeliveries(written) : `with ${written} select 1`;
  const values = isTold ? [...columns.values, ...messageWeeksOf(columns)] : columns.values;
  await database.prepared(nameOf('events', isTold, columns.mayRepeat), statement, values);
}

function nameOf(table: string, isTold: boolean, mayRepeat: boolean): string {
  return `insert_${table}${isTold ? '_and_tell' : ''}${mayRepeat ? '_once' : ''}`;
}
