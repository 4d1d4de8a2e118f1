import { z } from 'zod';
import { callbackUrlSchema } from './callback-url.ts';
import { nameSchema } from './names.ts';

const LONGEST_EXPRESSION = 500;
const MOST_DESTINATIONS = 100;

/** What Python reads otherwise than JavaScript does, without an error here. */
const OF_PYTHON = /\\[AZ]|\(\?[Piax]/;

function isExpression(text: string): boolean {
  try {
    return new RegExp(text).source !== '' && !OF_PYTHON.test(text);
  } catch {
    return false;
  }
}

const labelSchema = z.string().max(200).nullable().default(null);
const metadataSchema = z.record(z.string(), z.unknown()).default({});

export const junebugDestinationSchema = z.strictObject({
  id: nameSchema,
  label: labelSchema,
  metadata: metadataSchema,
  regular_expression: z
    .string()
    .max(LONGEST_EXPRESSION)
    .refine(
      isExpression,
      'is no regular expression of JavaScript; in place of \\A, \\Z and (?P<…>) write ^, $ and (?<…>)',
    )
    .describe('Looked for in the number that the user wrote to'),
  default: z.boolean().default(false).describe('True: it gets what no expression matches'),
  mo_url: callbackUrlSchema.nullable().default(null),
  mo_url_auth_token: z.string().max(500).nullable().default(null),
  character_limit: z.int().min(1).max(20_000).nullable().default(null),
});
export type JunebugDestination = z.infer<typeof junebugDestinationSchema>;

/** A router of Junebug, which shares out what comes for one channel by the number that it was written to. */
export const junebugRouterSchema = z.strictObject({
  label: labelSchema,
  metadata: metadataSchema,
  destinations: z.array(junebugDestinationSchema).max(MOST_DESTINATIONS).default([]),
});
export type JunebugRouter = z.infer<typeof junebugRouterSchema>;
