/** What the API answers about batches of messages, and how often something happened. */
import { slugSchema } from '@vumi/core';
import { STATUS_KINDS } from '@vumi/store';
import { z } from 'zod';

const instant = z.string().describe('ISO 8601, UTC');

export const statusCountsSchema = z
  .object(Object.fromEntries(STATUS_KINDS.map((kind) => [kind, z.number().int()])))
  .describe('nack and the like are sums; nack.expired and the like are parts of them');

export const countedRangeSchema = z.object({
  from: instant,
  to: instant,
  total: statusCountsSchema,
  rows: z.array(
    z.object({
      at: instant.describe('The hour or day that begins then'),
      account: z.string().nullable().optional(),
      app: z.string().nullable().optional(),
      transport: z.string().nullable().optional(),
      counts: statusCountsSchema,
    }),
  ),
});

export const batchSchema = z.object({
  id: z.string(),
  account: slugSchema.nullable(),
  name: z.string().nullable(),
  created_at: instant,
  done_at: instant.nullable().describe('null: messages of its tags still come to it'),
  tags: z.array(
    z.object({
      pool: z.string(),
      tag: z.string(),
      current: z.boolean().describe('Whether messages with the tag come to this batch now'),
    }),
  ),
});
