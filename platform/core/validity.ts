import { formatTimestamp, parseTimestamp } from './timestamp.ts';
import type { UserMessage } from './wire.ts';

/** 30 days, in seconds: no network keeps a message for longer. */
export const LONGEST_VALIDITY = 30 * 24 * 3600;

/** `transport_metadata.expires_at`: from then on the message is not to be sent any more. */
const FIELD = 'expires_at';

/** The message with an end, so many seconds after it was made; without `seconds` as it is. */
export function withValidity(message: UserMessage, seconds: number | undefined): UserMessage {
  if (seconds === undefined) return message;
  const madeAt = parseTimestamp(message.timestamp) ?? Date.now();
  return expiringAt(message, madeAt + seconds * 1000);
}

/** `at` in milliseconds since the epoch. */
export function expiringAt(message: UserMessage, at: number): UserMessage {
  return { ...message, transport_metadata: { ...message.transport_metadata, [FIELD]: formatTimestamp(at) } };
}

/** When a message ends, in milliseconds since the epoch; null when it never does. `usual` is in seconds, 0 for ever. */
export function expiryOf({ timestamp, transport_metadata }: UserMessage, usual = 0): number | null {
  const given = transport_metadata[FIELD];
  const at = typeof given === 'string' ? parseTimestamp(given) : null;
  if (at !== null) return at;
  const madeAt = parseTimestamp(timestamp);
  return usual === 0 || madeAt === null ? null : madeAt + usual * 1000;
}
