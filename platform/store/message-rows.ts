import { parseTimestamp, type TransportEvent, type UserMessage } from '@vumi/core';
import { encodeNumberArray, encodeTextArray } from './array-parameter.ts';
import { indexedId, indexedText } from './indexed-text.ts';
import type { MessageOwner } from './message-ports.ts';
import { eventStatus, TROUBLES } from './message-status.ts';
import { rowWeek } from './message-week.ts';
import type { Direction, InboundStatus, OutboundStatus } from './message-records.ts';

export interface MessageEntry {
  readonly message: UserMessage;
  readonly owner: MessageOwner | null;
  readonly direction: Direction;
  readonly status: InboundStatus | OutboundStatus;
  /** The message's JSON of the moment when it was recorded. */
  readonly body: string;
}

export interface EventEntry {
  readonly event: TransportEvent;
  readonly body: string;
}

/** Rows as parameters of the statement that writes them. */
export interface RowColumns {
  readonly values: unknown[];
  /** Whether a row may be in the partition of the week before: the statement has to look there, too. */
  readonly mayRepeat: boolean;
  /** Of all rows: days from 1970-01-01 to a Monday. */
  readonly firstWeek: number;
  readonly lastWeek: number;
}

const TROUBLE = `status = any('{${TROUBLES.join(',')}}')`;

/** Writes messages, each once. */
export function insertMessages({ mayRepeat }: Pick<RowColumns, 'mayRepeat'>): string {
  return `insert into messages
    (message_id, week, direction, account, app, transport, status, troubled, from_addr, to_addr, at, body)
  select message_id, date 'epoch' + week::integer, direction, account, app, transport, status, ${TROUBLE},
    from_addr, to_addr, to_timestamp(at), body
  from unnest($1::text[], $2::float8[], $3::float8[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::text[], $10::text[], $11::float8[], $12::json[])
    as given (message_id, week, earlier, direction, account, app, transport, status, from_addr, to_addr, at, body)
  ${mayRepeat ? unlessEarlier('messages', 'message_id') : ''} on conflict do nothing`;
}

/** Writes events, each once. */
export function insertEvents({ mayRepeat }: Pick<RowColumns, 'mayRepeat'>): string {
  return `insert into events (event_id, week, user_message_id, status, at, body)
  select event_id, date 'epoch' + week::integer, user_message_id, status, to_timestamp(at), body
  from unnest($1::text[], $2::float8[], $3::float8[], $4::text[], $5::text[], $6::float8[], $7::json[])
    as given (event_id, week, earlier, user_message_id, status, at, body)
  ${mayRepeat ? unlessEarlier('events', 'event_id') : ''} on conflict do nothing`;
}

/** Not always there, because it opens all partitions. */
function unlessEarlier(table: string, id: string): string {
  return `where week = earlier or not exists (
    select from ${table} as before where before.${id} = given.${id} and before.week = date 'epoch' + earlier::integer)`;
}

export function messageColumns(rows: readonly MessageEntry[]): RowColumns {
  const text = (column: (row: MessageEntry) => string | null): Buffer =>
    encodeTextArray('text', rows.map(column));
  const times = rows.map(({ message }) => epochMs(message.timestamp));
  return weekColumns(
    rows.map(({ message }) => message.message_id),
    times,
    (week, earlier) => [
      text(({ message }) => indexedId(message.message_id)),
      week,
      earlier,
      text(({ direction }) => direction),
      text(({ owner }) => owner?.account ?? null),
      text(({ owner }) => owner?.app ?? null),
      text(({ message }) => indexedText(message.transport_name)),
      text(({ status }) => status),
      text(({ message }) => indexedText(message.from_addr)),
      text(({ message }) => indexedText(message.to_addr)),
      encodeNumberArray(times.map((ms) => ms / 1000)),
      bodies(rows),
    ],
  );
}

export function eventColumns(rows: readonly EventEntry[]): RowColumns {
  const text = (column: (row: EventEntry) => string): Buffer => encodeTextArray('text', rows.map(column));
  const times = rows.map(({ event }) => epochMs(event.timestamp));
  return weekColumns(
    rows.map(({ event }) => event.user_message_id),
    times,
    (week, earlier) => [
      text(({ event }) => indexedId(event.event_id)),
      week,
      earlier,
      text(({ event }) => indexedId(event.user_message_id)),
      text(({ event }) => eventStatus(event)),
      encodeNumberArray(times.map((ms) => ms / 1000)),
      bodies(rows),
    ],
  );
}

function weekColumns(
  ids: readonly string[],
  times: readonly number[],
  columns: (week: Buffer, earlier: Buffer) => unknown[],
): RowColumns {
  const weeks = ids.map((id, index) => rowWeek(id, times[index] ?? 0));
  const starts = weeks.map(({ week }) => week);
  return {
    values: columns(encodeNumberArray(starts), encodeNumberArray(weeks.map(({ earlier }) => earlier))),
    mayRepeat: weeks.some(({ week, earlier }) => week !== earlier),
    firstWeek: Math.min(...starts),
    lastWeek: Math.max(...starts),
  };
}

function bodies(rows: readonly { readonly body: string }[]): Buffer {
  return encodeTextArray(
    'json',
    rows.map(({ body }) => body),
  );
}

function epochMs(timestamp: string): number {
  return parseTimestamp(timestamp) ?? 0;
}
