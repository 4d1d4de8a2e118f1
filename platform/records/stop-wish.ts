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

/** For longer than what ends with a STOP may have been good for: links to pages (spec authoring §9). */
const STOPPED_MS = 8 * 86_400_000;

/** Where it stands in the platform's state that somebody wants nothing more, also when he wants it again since. */
export function stoppedKey(account: string, address: string): string {
  return `stopped/${account}/${normaliseAddress('msisdn', address)}`;
}

/** That entry. `at`: milliseconds since the epoch. It names its account, so that it goes with an erasure. */
export function stoppedEntry(
  account: string,
  address: string,
  at: number,
): { readonly key: string; readonly value: string; readonly ttlMs: number } {
  return { key: stoppedKey(account, address), value: JSON.stringify({ account, at }), ttlMs: STOPPED_MS };
}

/** When he said so last; null: not lately. */
export function stoppedAt(value: string | null): number | null {
  return value === null ? null : (JSON.parse(value) as { readonly at: number }).at;
}
