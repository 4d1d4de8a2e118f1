import { slugSchema } from '@vumi/core';
import { FAILURE_STATES } from '@vumi/store';
import { z } from 'zod';

const instant = z.string().describe('ISO 8601, UTC');

export const failureSchema = z.object({
  id: z.string(),
  connector: z.string().describe('Of a transport, a queue of apps, an SMPP client, …'),
  queue: z.string().describe('The routing key under which it is tried again'),
  account: slugSchema.nullable().describe('null: it is not known whose it is'),
  app: z.string().nullable(),
  state: z
    .enum(FAILURE_STATES)
    .describe('retrying: it is tried again at due_at; dead: it was given up; else what became of it'),
  failure_code: z.enum(['permanent', 'temporary']).nullable(),
  error: z.string().nullable().describe('A code of the catalogue of errors'),
  reason: z.string(),
  message_id: z.string().nullable().describe('Or the id of an event'),
  failed_at: instant,
  retries: z.int().describe('How often it was tried again'),
  due_at: instant.nullable(),
  settled_at: instant.nullable(),
  settled_by: z.string().nullable().describe('Who replayed or dropped it'),
});

export const failureDetailSchema = failureSchema.extend({
  message: z.unknown().describe('The message or event as it was published; a text where it was no JSON'),
});

export const settledSchema = z.object({
  failures: z.int().describe('How many; at most 10,000 at once, the oldest first'),
});
