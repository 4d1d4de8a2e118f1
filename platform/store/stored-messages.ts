import type { UserMessage } from '@vumi/core';
import type { Statements } from './database.ts';
import type { Direction, InboundStatus, OutboundStatus } from './message-records.ts';
import { packed, readPacked, type PackedColumn } from './read-packed.ts';

/** A row of `messages`. */
export interface StoredMessage {
  readonly id: string;
  /** The Monday of the week by which it is filed, `YYYY-MM-DD`. */
  readonly week: string;
  readonly direction: Direction;
  readonly account: string | null;
  readonly app: string | null;
  readonly status: InboundStatus | OutboundStatus;
  /** Microseconds since the epoch: a date of JavaScript has only milliseconds. */
  readonly moment: string;
  readonly seq: string;
  readonly body: UserMessage;
}

const PACKED_COLUMNS: readonly PackedColumn[] = [
  ['message_id', 'text'],
  ['week', 'slug'],
  ['direction', 'slug'],
  ['account', 'slug'],
  ['app', 'slug'],
  ['status', 'slug'],
  ['(extract(epoch from at) * 1000000)::bigint', 'slug'],
  ['seq', 'slug'],
  ['body', 'json'],
];

/** Of `messages`. */
export const STORED = packed(PACKED_COLUMNS);
/** Of those with their place among what was looked at, and whether they fit. */
export const STORED_WITH_PLACE = packed([...PACKED_COLUMNS, ['place', 'number'], ['fits', 'number']]);

export interface PlacedMessage extends StoredMessage {
  /** From 1 on. */
  readonly place: number;
  readonly fits: boolean;
}

type PackedMessage = readonly [
  id: string,
  week: string,
  direction: Direction,
  account: string | null,
  app: string | null,
  status: StoredMessage['status'],
  moment: string,
  seq: string,
  body: UserMessage,
  place?: number,
  fits?: boolean,
];

/** The rows of a statement that has one of these as its column `packed`. */
export async function readStored(
  statements: Statements,
  text: string,
  values: readonly unknown[],
): Promise<PlacedMessage[]> {
  const rows = await readPacked<PackedMessage>(statements, text, values);
  return rows.map(
    ([id, week, direction, account, app, status, moment, seq, body, place = 0, fits = true]) => ({
      id,
      week,
      direction,
      account,
      app,
      status,
      moment,
      seq,
      body,
      place,
      fits,
    }),
  );
}
