import { foldText, timestampToIso, type UserMessage } from '@vumi/core';
import { normaliseAddress } from './contact.ts';
import type { StoreEffect } from './store-effects.ts';

/**
 * Words by which people everywhere end messages. CANCEL, END and QUIT are none: they are what people answer to apps, and
 * whoever ends a quiz does not end the messages of his clinic.
 */
const STOP = new Set(['stop', 'stopall', 'stopp', 'unsubscribe', 'optout', 'revoke']);
const START = new Set(['start', 'unstop', 'optin', 'subscribe']);
/** More than any of these with blanks and punctuation around it. */
const LONGEST = 60;

/** To get no more messages, or to get them again. */
export type StopWish = 'stop' | 'start';

/** The whole text says it, in any case, with any punctuation: "Stop!", "STOP ALL", "opt-out". */
export function stopWish(content: string | null): StopWish | null {
  if (content === null || content.length > LONGEST) return null;
  const word = foldText(content.normalize('NFKC').replaceAll(/[^\p{L}\p{N}]/gu, ''));
  if (STOP.has(word)) return 'stop';
  return START.has(word) ? 'start' : null;
}

/** What the writer of a message wants. Sessions and voices are no messages that one could want to end. */
export function wishOf({
  content,
  from_addr,
  transport_type: type,
  session_event: event,
}: UserMessage): StopWish | null {
  const isWritten = type !== 'ussd' && type !== 'voice' && (event === null || event === undefined);
  return isWritten && from_addr !== null ? stopWish(content) : null;
}

/** Notes in the records of an account what the writer of a message wants. */
export function wishEffect({ message_id, from_addr, timestamp }: UserMessage, wish: StopWish): StoreEffect {
  const user = from_addr ?? '';
  const address_value = normaliseAddress('msisdn', user);
  const address = { address_type: 'msisdn', address_value, ...(user !== address_value && { user }) };
  return wish === 'start'
    ? { kind: 'optout.delete', ...address, message_id }
    : { kind: 'optout.put', ...address, message_id, created_at: timestampToIso(timestamp) };
}

/** Whether nobody asked for a message. A reply is wanted: who says STOP is told that it worked. */
export function isUnasked({ in_reply_to }: UserMessage): boolean {
  return in_reply_to === null;
}

/** Why a message did not go to somebody who had opted out. */
export function optedOutText({ to_addr }: UserMessage): string {
  return `${to_addr} has opted out of messages of this account: it gets only replies to what it writes itself`;
}
