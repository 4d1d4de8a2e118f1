import { expiryOf, type Clock, type UserMessage } from '@vumi/core';
import type { PartLedger } from './part-ledger.ts';
import { CANCELLED, type PartResult } from './part-result.ts';

/** What waits for its turn to go to the network. */
export interface Due {
  readonly messageId: string;
  /** Milliseconds since the epoch, after which it is not sent any more; null: never. */
  readonly expiresAt: number | null;
  /** Why the platform lets it go no more; null: it may. */
  readonly refusal: () => string | null;
}

/** A message of which nothing says more than itself and the platform. `refusalOf`: as of the transport's ports. */
export function dueOf(
  message: UserMessage,
  refusalOf: ((message: UserMessage) => string | null) | undefined,
): Due {
  return {
    messageId: message.message_id,
    expiresAt: expiryOf(message),
    refusal: () => refusalOf?.(message) ?? null,
  };
}

/**
 * What became of something that is not to be sent any more; null: it may go. Asked in the tick in which it would be
 * handed to the network, however long it waited since it was taken from its queue.
 */
export function unwantedResult(
  { messageId, expiresAt, refusal }: Due,
  { parts, clock }: { readonly parts: Pick<PartLedger, 'isWithdrawn'>; readonly clock: Clock },
): PartResult | null {
  if (parts.isWithdrawn(messageId)) return CANCELLED;
  const reason = refusal();
  if (reason !== null) return { kind: 'discarded', reason };
  if (expiresAt === null || clock() < expiresAt) return null;
  return { kind: 'expired', reason: `its validity ended at ${new Date(expiresAt).toISOString()}` };
}
