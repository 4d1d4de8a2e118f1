import {
  ADDRESS_FIELDS,
  EMPTY_CONTACT,
  normaliseAddress,
  parseTimestamp,
  type ContactChange,
} from '@vumi/core';
import { z } from 'zod';
import { recordKey, recordText } from './record-text.ts';

const MAX_GROUPS = 1000;
const MAX_EXTRAS = 500;
const EXTRAS = 'extras-';
const SUBSCRIPTION = 'subscription-';
/** What a contact was read with and nobody can set. */
const READ_ONLY = new Set(['key', 'account', 'created_at', '$VERSION', 'user_account']);

const text = recordText(255).nullable();
const texts = z
  .record(recordText(100), recordText(4096))
  .refine((given) => Object.keys(given).length <= MAX_EXTRAS, `at most ${MAX_EXTRAS} of them`);

/** An instant in any form that a date or a Vumi timestamp has. */
const instant = recordText(64)
  .nullable()
  .transform((given, context) => {
    if (given === null || given === '') return null;
    const epochMs = parseTimestamp(given) ?? Date.parse(given);
    if (!Number.isNaN(epochMs)) return new Date(epochMs).toISOString();
    context.addIssue({ code: 'custom', message: 'use a date such as 1980-12-31' });
    return z.NEVER;
  });

const fields = z.strictObject({
  msisdn: text,
  twitter_handle: text,
  facebook_id: text,
  bbm_pin: text,
  gtalk_id: text,
  mxit_id: text,
  wechat_id: text,
  name: text,
  surname: text,
  email_address: text,
  dob: instant,
  groups: z.array(recordKey).max(MAX_GROUPS),
  extra: texts,
  subscription: texts,
});

/** `extras-x` and `subscription-x`, as Vumi Go writes them, into `extra` and `subscription`. */
function unflatten(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const { extra, subscription, ...rest } = given as Record<string, unknown>;
  const parts = new Map<string, Record<string, unknown>>();
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(rest)) {
    const prefix = [EXTRAS, SUBSCRIPTION].find((known) => name.startsWith(known));
    if (prefix !== undefined) parts.set(prefix, { ...parts.get(prefix), [name.slice(prefix.length)]: value });
    else if (!READ_ONLY.has(name)) result[name] = value;
  }
  const together = (whole: unknown, part: object | undefined): unknown =>
    part === undefined ? whole : { ...(typeof whole === 'object' ? whole : {}), ...part };
  const wholes = {
    extra: together(extra, parts.get(EXTRAS)),
    subscription: together(subscription, parts.get(SUBSCRIPTION)),
  };
  for (const [name, value] of Object.entries(wholes)) if (value !== undefined) result[name] = value;
  return result;
}

/** Some fields of a contact, in the form in which they are kept. Fields that only reading gives are passed over. */
export const contactChange: z.ZodType<ContactChange> = z
  .preprocess(unflatten, fields.partial())
  .transform((given) => {
    const change: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(given)) if (value !== undefined) change[name] = value;
    for (const field of ADDRESS_FIELDS) {
      const value = given[field];
      if (typeof value === 'string') change[field] = value === '' ? null : normaliseAddress(field, value);
    }
    return change;
  });

/** All fields of a contact; what is not named is empty. */
export const contactFields = contactChange.transform((change) => ({ ...EMPTY_CONTACT, ...change }));
