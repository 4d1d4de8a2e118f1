import { hash, randomUUID } from 'node:crypto';

/** Hex digits of the milliseconds since the epoch at the start of an id, as in a uuid7. */
const TIME_DIGITS = 12;
const ID = /^[0-9a-f]{32}$/;

/**
 * A new id: 32 hex digits without dashes as Vumi writes its uuid4, but beginning with the time. Ids of one moment are
 * neighbours in every index, so that a busy second touches few pages of a database instead of one for each message.
 */
export function newId(): string {
  const time = Date.now().toString(16).padStart(TIME_DIGITS, '0');
  return time + randomUUID().replaceAll('-', '').slice(TIME_DIGITS);
}

/**
 * An id that the same inputs always give again: 32 hex digits. What a rerun of a handler sends must carry the ids
 * of its first run, so that every later step can tell that it has seen the message (DESIGN §4.3). Derived from an id
 * it begins with the time of that id.
 */
export function deriveId(first: string, ...more: readonly (string | number)[]): string {
  const digest = hash('sha256', [first, ...more].join('\u0000'), 'hex').slice(0, 32);
  return ID.test(first) ? first.slice(0, TIME_DIGITS) + digest.slice(TIME_DIGITS) : digest;
}
