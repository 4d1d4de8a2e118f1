/** What the API answers about erasures of people's addresses. */
import { slugSchema } from '@vumi/core';
import { z } from 'zod';

const instant = z.string().describe('ISO 8601, UTC');

export const erasureSchema = z.object({
  id: z.string(),
  account: slugSchema,
  before: instant.describe('What came later was not touched'),
  dry_run: z.boolean().describe('true: nothing was erased, the counts say what would be'),
  requested_by: z.string(),
  requested_at: instant,
  finished_at: instant.nullable().describe('null: it goes on'),
  counts: z
    .record(z.string(), z.int())
    .describe('Rows and keys that were erased or cleaned, by what they are'),
  salt: z.string(),
  address_hash: z.string().describe('Of the address, with the salt and a key of the platform'),
  previous_seal: z.string().nullable().describe('Of the erasure that was finished before it'),
  seal: z.string().nullable().describe('Of all of this, with a key of the platform; null: it goes on'),
});

export const erasureCheckSchema = z.object({
  seal_valid: z.boolean().describe('The report is as it was sealed'),
  address_matches: z.boolean().describe('It was this address'),
});
