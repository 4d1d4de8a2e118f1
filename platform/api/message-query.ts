import { nameSchema, slugSchema } from '@vumi/core';
import { MESSAGE_STATUSES } from '@vumi/store';
import { z } from 'zod';
import { UNDOCUMENTED } from './openapi.ts';
import { pageQuery } from './query.ts';

export const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'use ISO 8601, such as 2026-11-22T08:00:00Z')
  .transform((text) => new Date(text).toISOString());
/** What messages are asked for, as lists and exports of them take it. */
export const listQuery = pageQuery.extend({
  from: instant.optional().describe('Not before this instant'),
  to: instant.optional().describe('Before this instant'),
  direction: z.enum(['inbound', 'outbound']).optional(),
  app: slugSchema.optional(),
  address: z.string().max(160).optional().describe('Sender or receiver, however the number is written'),
  status: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(MESSAGE_STATUSES)).max(MESSAGE_STATUSES.length))
    .optional()
    .describe(`Only these, with commas between them: ${MESSAGE_STATUSES.join(', ')}`),
  transport: nameSchema.optional().describe('Received from this transport, or sent over it'),
  text: z
    .string()
    .min(2)
    .max(160)
    .optional()
    .describe(
      'With this in their content, in capitals or not. A page looks at some thousands of messages: it may be short or empty while next_cursor leads on, also with status, direction and transport',
    ),
  batch: z.string().min(1).max(64).optional().describe('Of this batch of the account, or of the platform'),
  tag: z
    .string()
    .regex(/^[^:]{1,255}:.{1,255}$/s, 'write it as POOL:TAG')
    .transform((text): [string, string] => [
      text.slice(0, text.indexOf(':')),
      text.slice(text.indexOf(':') + 1),
    ])
    .optional()
    .describe('Those that came to a batch by this tag, POOL:TAG'),
  format: z
    .enum(['json', 'ndjson', 'csv'])
    .default('json')
    .meta({ [UNDOCUMENTED]: true }),
});

/** The same of an export, which has no pages; and where it goes on. */
export const exportQuery = listQuery.omit({ format: true, limit: true }).extend({
  columns: z
    .enum(['all', 'vumi'])
    .default('all')
    .describe('vumi: those of the exports of Vumi, in their order; default: all that is known'),
  after: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe(
      'Go on after this message (of events: user_message_id), the last one that you have in full; no headings come then',
    ),
});
