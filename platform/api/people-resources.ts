import { slugSchema } from '@vumi/core';
import { z } from 'zod';

const instant = z.string().describe('ISO 8601, UTC');
const optionalText = z.string().nullable();

export const contactSchema = z.object({
  key: z.string(),
  account: slugSchema,
  created_at: instant,
  msisdn: optionalText,
  twitter_handle: optionalText,
  facebook_id: optionalText,
  bbm_pin: optionalText,
  gtalk_id: optionalText,
  mxit_id: optionalText,
  wechat_id: optionalText,
  name: optionalText,
  surname: optionalText,
  email_address: optionalText,
  dob: instant.nullable(),
  groups: z.array(z.string()).describe('Keys of groups'),
  extra: z.record(z.string(), z.string()).describe('What apps keep beside the fields'),
  subscription: z.record(z.string(), z.string()),
});

const identityAddressSchema = z.object({
  type: z.string().describe('msisdn, twitter_handle, …, or the type of a transport'),
  address: z.string().describe('In its normal form'),
});

export const identitySchema = z.object({
  id: z.string().describe('The key of the contact that the person is'),
  addresses: z.array(identityAddressSchema),
  merged_ids: z.array(z.string()).describe('Of those who were found to be the same person'),
});

export const groupSchema = z.object({
  key: z.string(),
  account: slugSchema,
  name: z.string(),
  query: z.string().nullable().describe('Who matches is a member; null: who was put into it'),
  created_at: instant,
});

export const optoutSchema = z.object({
  address_type: z.string(),
  address_value: z.string(),
  message_id: z.string().nullable().describe('The message by which it was said'),
  created_at: instant,
});
