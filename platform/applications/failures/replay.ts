import { deriveId, withReplay, type UserMessage } from '@vumi/core';
import type { DueFailure } from '@vumi/store';

/** What is published of a failure, and whether it is a message to a user that has a new id. */
export interface Again {
  readonly body: string;
  readonly sent: UserMessage | null;
}

/**
 * A retry is the message itself under its id: nothing has come of it yet. A replay is asked for after something has: an
 * outbound message was told to have failed, so it is another message; one that came in was answered with an apology, so
 * it says that it is replayed, and its app handles it once more and no more than that.
 */
export function messageAgain({ id, queue, message, replay }: DueFailure): Again {
  if (typeof message !== 'object' || message === null) {
    return { body: typeof message === 'string' ? message : JSON.stringify(message), sent: null };
  }
  if (!replay) return { body: JSON.stringify(message), sent: null };
  const { retry_metadata: _, ...rest } = message as Record<string, unknown>;
  const { message_id: messageId } = rest;
  if (/\.outbound(\.|$)/.test(queue) && typeof messageId === 'string') {
    const sent = { ...rest, message_id: deriveId(messageId, 'replay', id), replay_of: messageId };
    return { body: JSON.stringify(sent), sent: sent as unknown as UserMessage };
  }
  return { body: JSON.stringify(withReplay(rest, id)), sent: null };
}
