import { ROLLOUT_DECISIONS, ROLLOUT_STATES } from '@vumi/store';
import { z } from 'zod';

const instant = z.string().describe('ISO 8601, UTC');

export const rolloutPlanSchema = z
  .strictObject({
    stages: z
      .array(z.int())
      .describe('Percents of new sessions, rising to 100; the version gets the first at once'),
    each_s: z.int().describe('Seconds of each stage at least'),
    promote_after_s: z
      .int()
      .nullable()
      .default(null)
      .describe(
        'Seconds after which a stage ends even if too few users came to say anything; null: it waits for them',
      ),
  })
  .describe(
    'In place of `percent`: a share that grows by itself, and is taken back when users leave or messages fail',
  );

export const rolloutSchema = z.object({
  version: z.int(),
  stable: z.int().describe('Beside which it is rolled out, and to which it is taken back'),
  stages: z.array(z.int()),
  each_s: z.int(),
  promote_after_s: z.int().nullable(),
  state: z.enum(ROLLOUT_STATES).describe('ended: somebody activated a version meanwhile'),
  stage: z.int().describe('Of the stages, from 0'),
  stage_at: instant.describe('Since when'),
  started_at: instant,
  ended_at: instant.nullable(),
  decisions: z
    .array(
      z.object({
        at: instant,
        decision: z.enum(ROLLOUT_DECISIONS).describe('held: the next stage does not begin, for that reason'),
        percent: z.int().describe('Of new sessions, from then on'),
        reason: z.string(),
        numbers: z
          .record(z.string(), z.unknown())
          .describe(
            'What it was decided of; `segments`: those of conversations, or of messages, with both versions',
          ),
      }),
    )
    .readonly()
    .describe('Oldest first'),
});
