import { VumiError } from '@vumi/core';
import type { Idempotency, IdempotencyClaim } from '@vumi/store';

/** Keys in memory; they do not grow old. */
export function memoryIdempotency(): Idempotency {
  const known = new Map<string, IdempotencyClaim & { answer: unknown }>();
  const nameOf = ({ account, door, key }: IdempotencyClaim): string => JSON.stringify([account, door, key]);
  return {
    claim: async (claim) => {
      const row = known.get(nameOf(claim)) ?? { ...claim, answer: null };
      known.set(nameOf(claim), row);
      if (row.digest === claim.digest) return { messageId: row.messageId, answer: row.answer };
      throw new VumiError('request.key_reused', 'another key, please', {
        field: 'Idempotency-Key',
        details: { message_id: row.messageId },
      });
    },
    keepAnswer: async (claim, answer) => void known.set(nameOf(claim), { ...claim, answer }),
    release: async (claim) => void known.delete(nameOf(claim)),
  };
}
