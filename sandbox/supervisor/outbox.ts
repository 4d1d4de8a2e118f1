import { parseUserMessage, type StoreEffects, type UserMessage } from '@vumi/core';

/** What leaves a handler's commit: its messages, and what the store has to write. */
export interface Outbox {
  readonly messages: readonly UserMessage[];
  readonly store: StoreEffects | null;
}

/** Stands in place of `message_type` in an entry that is no message. */
const STORE = 'store_effects';

/** As texts, in the form in which they are committed. */
export function encodeOutbox({ messages, store }: Outbox): string[] {
  const entries = messages.map((message) => JSON.stringify(message));
  if (store !== null) entries.push(JSON.stringify({ message_type: STORE, ...store }));
  return entries;
}

/** What an earlier run has committed. */
export function decodeOutbox(entries: readonly string[]): Outbox {
  const messages: UserMessage[] = [];
  let store: StoreEffects | null = null;
  for (const entry of entries) {
    const { message_type, ...fields } = JSON.parse(entry) as { message_type: string } & StoreEffects;
    if (message_type === STORE) store = fields;
    else messages.push(parseUserMessage(entry));
  }
  return { messages, store };
}
