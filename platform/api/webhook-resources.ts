import { slugSchema, WEBHOOK_EVENTS, webhookSettingsSchema } from '@vumi/core';
import { DELIVERY_STATES } from '@vumi/store';
import { z } from 'zod';

const instant = z.string().describe('ISO 8601, UTC');

export const deliveryEventSchema = z.enum([...WEBHOOK_EVENTS, 'test']);

const attemptSchema = z.object({
  at: instant,
  status: z.int().nullable().describe('Of HTTP; null: there was no answer'),
  ms: z.int().describe('How long it took'),
  answer: z.string().nullable().describe('How the answer begins'),
  error: z.string().nullable().describe('Why it failed; null: it was taken'),
});

export const webhookSchema = z.object({
  account: slugSchema.nullable().describe("null: the platform's"),
  name: z.string(),
  ...webhookSettingsSchema.shape,
  url: z.string().describe('A password in it reads "***"'),
  headers: z.record(z.string(), z.string()).describe('Their values read "***"'),
  created_at: instant,
  secrets: z
    .array(z.object({ expires_at: instant.nullable() }))
    .describe('Secrets that it is signed with, the newest first; null: without end'),
  pending: z.int().describe('Deliveries that wait, counted up to 10,000'),
  dead: z.int().describe('Deliveries that were given up, counted up to 10,000'),
  failing_since: instant.nullable().describe('Since when nothing was taken; null: the last attempt worked'),
  failures: z.int().describe('Failed attempts since then'),
  retry_at: instant
    .nullable()
    .describe('It takes nothing, and is asked again then; null: deliveries go on. It is never switched off'),
  last: attemptSchema.nullable().describe('The last attempt of any delivery'),
});

export const madeWebhookSchema = webhookSchema.extend({
  secret: z.string().optional().describe('The secret that was made for it: it is shown this once'),
});

export const webhookDeliverySchema = z.object({
  id: z.string().describe('What the receiver knows it by'),
  event: deliveryEventSchema,
  message_id: z.string().describe('Empty for a test and for an alert'),
  event_id: z.string().nullable(),
  user: z.string().describe('Whom it is about; of an alert what'),
  sequence: z.int().nullable().describe('Counts the deliveries of that user from 1; null: it has none (yet)'),
  status: z.enum(DELIVERY_STATES).describe('dead: it was given up'),
  attempts: z.int(),
  created_at: instant,
  next_at: instant
    .nullable()
    .describe('When it is tried again by itself; null: in its turn, or not any more'),
  last: attemptSchema.nullable(),
});

export const redeliveredSchema = z.object({
  deliveries: z.int().describe('How many are made again; at most 100,000 at once'),
});
