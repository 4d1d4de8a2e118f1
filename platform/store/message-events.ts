import type { TransportEvent } from '@vumi/core';
import { encodeTextArray } from './array-parameter.ts';
import type { Database } from './database.ts';
import type { StoredMessage } from './stored-messages.ts';
import { EVENTS_BEFORE, showEvent, type EventMeaning } from './message-status.ts';
import { tellsTime } from './message-week.ts';
import type { MessageEvent, MessageStatus } from './message-records.ts';
import { packed, readPacked, type PackedColumn } from './read-packed.ts';

/** Of so many messages each is looked for in all partitions where events of it may be. */
const FEW = 100;
/** Of these the status says all. */
const PLAIN = "status in ('ack', 'delivered')";

type Sent = Pick<StoredMessage, 'id' | 'week' | 'direction' | 'moment'>;

/** The events of messages by the ids of those, oldest first. What was received has none. */
export async function readEvents(
  database: Database,
  messages: readonly Sent[],
): Promise<ReadonlyMap<string, MessageEvent[]>> {
  const rows = await readRows<[id: string, body: TransportEvent]>(database, messages, [['body', 'json']]);
  return byMessage(messages, rows, ([, body]) => showEvent(body));
}

/** What they make of their messages, which is less to read. */
export async function readMeanings(
  database: Database,
  messages: readonly Sent[],
): Promise<ReadonlyMap<string, EventMeaning[]>> {
  const rows = await readRows<[id: string, status: MessageStatus, body: TransportEvent | null]>(
    database,
    messages,
    [
      ['status', 'slug'],
      [`case when not ${PLAIN} then body end`, 'json'],
    ],
  );
  return byMessage(messages, rows, ([, status, body]) => (body === null ? { status } : showEvent(body)));
}

function byMessage<R extends readonly [id: string, ...unknown[]], E>(
  messages: readonly Sent[],
  rows: readonly R[],
  show: (row: R) => E,
): Map<string, E[]> {
  const found = new Map(messages.map(({ id }): [string, E[]] => [id, []]));
  for (const row of rows) found.get(row[0])?.push(show(row));
  return found;
}

async function readRows<R extends readonly unknown[]>(
  database: Database,
  messages: readonly Sent[],
  columns: readonly PackedColumn[],
): Promise<R[]> {
  const sent = messages.filter(({ direction }) => direction === 'outbound');
  if (sent.length === 0) return [];
  const wanted = `${packed([['user_message_id', 'text'], ...columns])} as packed`;
  if (sent.length > FEW) return readMany<R>(database, sent, wanted);
  return readPacked<R>(
    database,
    `select ${wanted} from events
     where user_message_id = any($1) and week >= $2::date - ${EVENTS_BEFORE} order by at, seq`,
    [sent.map(({ id }) => id), weeksOf(sent)[0]],
  );
}

/**
 * Nearly all events are in the partitions of their messages, and only there each message is looked for. Ids that begin with
 * the time lie beside each other, so that their late events are read by one range of ids in each later partition, where
 * nothing else is; some are of others.
 */
function readMany<R extends readonly unknown[]>(
  database: Database,
  sent: readonly Sent[],
  wanted: string,
): Promise<R[]> {
  const weeks = weeksOf(sent);
  const timed = sent.filter(({ id, moment }) => tellsTime(id, Number(moment) / 1000)).map(({ id }) => id);
  const isTimed = new Set(timed);
  const others = sent.flatMap(({ id }) => (isTimed.has(id) ? [] : [id]));
  return readPacked<R>(
    database,
    `select packed from (
       select ${wanted}, at, seq from events where user_message_id = any($1::text[]) and week >= $2::date and week < $3::date
       union all select ${wanted}, at, seq from events where user_message_id between $4 and $5 and week >= $3::date
       union all select ${wanted}, at, seq from events where user_message_id = any($6::text[]) and week >= $3::date
     ) as found order by at, seq`,
    [
      ids(sent.map(({ id }) => id)),
      monthOf(weeks[0] ?? '', -EVENTS_BEFORE),
      monthOf(weeks.at(-1) ?? '', 0, 1),
      ...rangeOf(timed),
      ids(others),
    ],
  );
}

/** The first day of the month of a day so many days after one, or of so many months later: as partitions begin. */
function monthOf(day: string, days: number, months = 0): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1)).toISOString().slice(0, 10);
}

function ids(texts: readonly string[]): Buffer {
  return encodeTextArray('text', texts);
}

/** Sorted. */
function weeksOf(sent: readonly Sent[]): string[] {
  return [...new Set(sent.map(({ week }) => week))].sort();
}

/** The first and the last in the order of the index; of none, a range that is empty. */
function rangeOf(timed: readonly string[]): readonly [string, string] {
  let [first = 'b', last = 'a'] = [timed[0], timed[0]];
  for (const id of timed) {
    if (id < first) first = id;
    if (id > last) last = id;
  }
  return [first, last];
}
