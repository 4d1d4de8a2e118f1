import { slugSchema } from '@vumi/core';
import { TOP_UP_STATES } from '@vumi/store';
import { z } from 'zod';

const instant = z.string().describe('ISO 8601, UTC');

export const topUpSchema = z.object({
  id: z.string(),
  account: slugSchema,
  provider: z.string().describe('Who takes the money: stripe'),
  currency: z.string().describe('ISO 4217'),
  amount: z.int().describe("In the currency's smallest unit, such as cents"),
  credits: z.string().describe('What is credited'),
  rate: z.string().describe('Credits for one whole unit, as they were when it was asked for'),
  state: z.enum(TOP_UP_STATES).describe('opening and open: it is to be paid'),
  url: z.string().nullable().describe('Where it is paid; null: not yet, or not any more'),
  refunded: z.int().describe('Of the amount, what was paid back'),
  created_at: instant,
  created_by: z.string(),
  paid_at: instant.nullable(),
});
