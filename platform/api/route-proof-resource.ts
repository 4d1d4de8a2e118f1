import { z } from 'zod';

const routeWarningSchema = z.object({
  kind: z
    .enum(['near', 'stop_word', 'unreachable', 'no_rule'])
    .describe(
      'near: mistaken for another keyword; stop_word: heeded by the platform; unreachable: nothing comes by the route; no_rule: other texts go nowhere',
    ),
  message: z.string().describe('For people'),
  route: z.string().nullable().describe("The other route; null: none, or another account's"),
});

export const routeProofSchema = z.object({
  warnings: z.array(routeWarningSchema),
  history: z
    .object({
      since: z.string().describe('ISO 8601, UTC'),
      messages: z.int().describe('Messages that were routed by the old and by the new table'),
      sampled: z.boolean().describe('There were more; these are some of each part of the time'),
      moved: z.int().describe('Those that go elsewhere'),
      moves: z.array(
        z.object({
          from: z.string().nullable().describe('An app or a connector, or "another account"; null: nobody'),
          to: z.string().nullable(),
          messages: z.int(),
          examples: z.array(z.string()).describe('How some of them begin; none of another account'),
          taken: z.boolean().describe('Somebody else loses them, which accept_moved has to allow'),
        }),
      ),
    })
    .nullable()
    .describe('Messages of the last 30 days, at most 100,000; null: they could not be read in time'),
});
