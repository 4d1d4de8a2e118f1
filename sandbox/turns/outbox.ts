import { bodyOf, parseUserMessage, type FailureMessage, type UserMessage } from '@vumi/core';
import type { StoreEffects } from '@vumi/records';

/** What leaves a handler's commit. */
export interface Outbox {
  readonly messages: readonly UserMessage[];
  /** What the store has to write. */
  readonly store?: StoreEffects;
  /** What operators are told when the handler failed. */
  readonly failure?: FailureMessage;
}

/** Stands in place of `message_type` in the entry for the store. */
const STORE = 'store_effects';

/** As texts, in the form in which they are committed. */
export function encodeOutbox({ messages, store, failure }: Outbox): string[] {
  const entries = messages.map(bodyOf);
  if (store !== undefined) entries.push(JSON.stringify({ message_type: STORE, ...store }));
  if (failure !== undefined) entries.push(bodyOf(failure));
  return entries;
}

/** What an earlier run has committed. */
export function decodeOutbox(entries: readonly string[]): Outbox {
  const messages: UserMessage[] = [];
  let store: StoreEffects | undefined;
  let failure: FailureMessage | undefined;
  for (const entry of entries) {
    const parsed = JSON.parse(entry) as { message_type: string };
    if (parsed.message_type === STORE) {
      const { message_type: _, ...effects } = parsed;
      store = effects as unknown as StoreEffects;
    } else if (parsed.message_type === 'failure_message') failure = parsed as unknown as FailureMessage;
    else messages.push(parseUserMessage(entry));
  }
  return {
    messages,
    ...(store === undefined ? {} : { store }),
    ...(failure === undefined ? {} : { failure }),
  };
}
