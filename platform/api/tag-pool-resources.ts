/** What the API answers about pools of tags. */
import { slugSchema } from '@vumi/core';
import { z } from 'zod';

const instant = z.string().describe('ISO 8601, UTC');

export const tagPoolSchema = z.object({
  account: slugSchema.nullable().describe('null: of the platform'),
  name: z.string(),
  metadata: z.record(z.string(), z.unknown()),
  free: z.int().describe('How many of its tags are free'),
  in_use: z.int(),
  created_at: instant,
});

export const tagSchema = z.object({
  pool: z.string(),
  tag: z.string(),
  acquired_at: instant.nullable().describe('null: it is free'),
  owner: z.string().nullable(),
  reason: z.record(z.string(), z.unknown()).nullable(),
});
