import { createHash } from 'node:crypto';
import { newId, VumiError } from '@vumi/core';
import type { Store } from '@vumi/store';
import { z } from 'zod';

const KEY_PATTERN = /^[\x21-\x7e]{1,200}$/;

/** Of a request that sends. */
export const sendHeaders = z.object({
  'Idempotency-Key': z
    .string()
    .regex(KEY_PATTERN)
    .optional()
    .describe(
      'A text of your choice, such as a UUID: who asks the same again under it within 24 hours is answered as the first time, and nothing is sent twice. Another body under it is refused with 409',
    ),
});

/** Null without one. Throws `request.invalid`. */
export function idempotencyKeyOf(header: (name: string) => string | undefined): string | null {
  const key = header('idempotency-key');
  if (key === undefined) return null;
  if (KEY_PATTERN.test(key)) return key;
  throw new VumiError(
    'request.invalid',
    'an Idempotency-Key is 1 to 200 visible ASCII characters without spaces; a UUID is a good one',
    { field: 'Idempotency-Key' },
  );
}

interface Asked {
  readonly account: string;
  readonly door: string;
  readonly key: string;
  /** Checked: what is left away and what is said by default are the same. */
  readonly body: unknown;
}

/**
 * Does what was asked for under a key once: who asks again is answered as the first time. Of two who ask at once both may
 * do it, under one message id, by which everything behind knows that it is one.
 */
export async function onceUnderKey(
  { idempotency }: Pick<Store, 'idempotency'>,
  { account, door, key, body }: Asked,
  act: (messageId: string) => Promise<object>,
): Promise<object> {
  const digest = createHash('sha256').update(canonicalJson(body)).digest('hex');
  const claim = { account, door, key, digest, messageId: newId() };
  const { messageId, answer } = await idempotency.claim(claim);
  if (typeof answer === 'object' && answer !== null) return answer;
  const own = { ...claim, messageId };
  try {
    const answered = await act(messageId);
    await idempotency.keepAnswer(own, answered);
    return answered;
  } catch (error) {
    // What was refused was not done. Of an outage nobody knows: who asks again must do so under the same id.
    if (error instanceof VumiError && !error.retry) await idempotency.release(own);
    throw error;
  }
}

/** One text for one value, however its members are ordered. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
