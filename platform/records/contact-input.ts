import { z } from 'zod';
import {
  ADDRESS_FIELDS,
  EMPTY_CONTACT,
  normaliseAddress,
  type ContactChange,
  type ContactFields,
} from './contact.ts';
import { recordKey, recordText } from './record-text.ts';
import { parseTimestamp } from '@vumi/core';

const MAX_GROUPS = 1000;
const MAX_EXTRAS = 500;

const text = recordText(255).nullable();
const texts = z
  .record(recordText(100), recordText(4096))
  .refine((given) => Object.keys(given).length <= MAX_EXTRAS, `at most ${MAX_EXTRAS} of them`);

/** Years of four digits. */
const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** An instant in any form that a date or a Vumi timestamp has. */
const instant = recordText(64)
  .nullable()
  .transform((given, context) => {
    if (given === null || given === '') return null;
    const epochMs = parseTimestamp(given) ?? Date.parse(given);
    if (epochMs >= EARLIEST && epochMs <= LATEST) return new Date(epochMs).toISOString();
    context.addIssue({ code: 'custom', message: 'use a date such as 1980-12-31' });
    return z.NEVER;
  });

/** Some fields of a contact, as somebody writes them. */
export const contactInputSchema = z
  .strictObject({
    msisdn: text.describe('A number; one + is put before it'),
    twitter_handle: text,
    facebook_id: text,
    bbm_pin: text,
    gtalk_id: text,
    mxit_id: text,
    wechat_id: text,
    name: text,
    surname: text,
    email_address: text,
    dob: instant.describe('A date: 1980-12-31'),
    groups: z.array(recordKey).max(MAX_GROUPS).describe('Keys of groups'),
    extra: texts.describe('What apps keep beside the fields'),
    subscription: texts,
  })
  .partial();

/** The fields in the form in which they are kept. */
export function toContactChange(given: z.infer<typeof contactInputSchema>): ContactChange {
  const change: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) if (value !== undefined) change[name] = value;
  for (const field of ADDRESS_FIELDS) {
    const value = given[field];
    if (typeof value === 'string') change[field] = value === '' ? null : normaliseAddress(field, value);
  }
  return change;
}

/** All fields of a contact; what is not named is empty. */
export function toContactFields(change: ContactChange): ContactFields {
  return { ...EMPTY_CONTACT, ...change };
}
