import { slugSchema } from '@vumi/core';
import { ALERT_LEVELS } from '@vumi/store';
import { z } from 'zod';

const instant = z.string().describe('ISO 8601, UTC');

export const alertSchema = z.object({
  id: z.string(),
  account: slugSchema.nullable().describe("Whose it is; null: the platform's"),
  kind: z.string().describe('What sort of thing it is about: transport, queue, failures, …'),
  subject: z.string().describe('The one that it is about, such as the name of a transport'),
  level: z.enum(ALERT_LEVELS),
  message: z.string().describe('For people: what is wrong and what to do; once it is over, how it is'),
  details: z.record(z.string(), z.unknown()).describe('For programs'),
  raised_at: instant,
  raises: z.int().describe('How often it was raised until it was cleared'),
  last_at: instant.describe('When it was raised last'),
  cleared_at: instant.nullable().describe('null: it is open'),
});
