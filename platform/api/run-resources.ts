/** What the API answers about runs of apps: how messages fared, what they cost, and what they would do now. */
import { RUN_KINDS, slugSchema } from '@vumi/core';
import { TALK_COUNTS } from '@vumi/core/talks';
import { z } from 'zod';

const instant = z.string().describe('ISO 8601, UTC');

const costSchema = z.object({
  cpu_us: z.number().describe('CPU in microseconds'),
  wall_ms: z.number().describe('From the start of the handler to its end'),
  wait_ms: z.number().describe('From the arrival of the message to the start of the handler'),
  cold: z.boolean().describe('The app had to be loaded first'),
  runs: z.int().describe('More than 1 when a process was lost meanwhile'),
  calls: z.record(z.string(), z.int()).describe('What the app asked the platform, by kind'),
  bytes_in: z.int().describe('Of the message and of answers'),
  bytes_out: z.int().describe('Of calls and effects'),
  sends: z.int().describe('Messages that it left, an apology of the platform included'),
});

export const runSchema = z.object({
  message_id: z.string().describe('Or the id of an event'),
  version: z.int(),
  kind: z.enum(RUN_KINDS),
  outcome: z
    .string()
    .describe('ok, or why it failed: threw, cpu, wall, memory, calls, load, runner, overload, pace'),
  error: z.string().nullable(),
  at: instant,
  cost: costSchema,
  recorded: z.boolean().describe('Whether it can be run again'),
});

export const runDetailSchema = runSchema.extend({
  record: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('What it started from, was answered and left; null: too large to keep. Secrets stand as names'),
});

const sideSchema = z.object({
  version: z.int(),
  outcome: z.string(),
  error: z.string().nullable(),
  cpu_us: z.number(),
  effects: z.record(z.string(), z.unknown()).nullable().describe('null: it failed, nothing took effect'),
  calls: z.array(z.unknown()).readonly().describe('What it asked the platform, in order'),
});

export const replaySchema = z.object({
  message_id: z.string(),
  same: z.boolean().describe('Outcome, effects and calls are the same'),
  recorded: sideSchema,
  replayed: sideSchema.extend({
    log: z.array(z.looseObject({ level: z.string(), text: z.string() })).readonly(),
  }),
  differences: z.array(z.string()).readonly().describe('Sentences for people'),
  unrecorded_calls: z
    .array(z.unknown())
    .readonly()
    .describe('Calls without a recorded answer: reads were answered with null, the others refused'),
});

const usage = {
  messages: z.number().describe('Messages and events that the app handled'),
  cpu_ms: z.number(),
  http_calls: z.number(),
  host_calls: z.number().describe('All calls to the platform, HTTP included'),
  sends: z.number(),
  bytes_in: z.number(),
  bytes_out: z.number(),
  cold_starts: z.number(),
  failures: z.record(z.string(), z.number()).describe('By reason'),
};
const usageSchema = z.object(usage);

export const appUsageSchema = z.object({
  account: slugSchema,
  app: slugSchema,
  from: instant,
  to: instant,
  total: usageSchema,
  hours: z.array(z.object({ hour: instant, ...usage })).describe('Hours in which something ran'),
});

const countsSchema = z
  .partialRecord(z.enum(TALK_COUNTS), z.int())
  .describe(
    'How often: began, shown (asked), answered, refused, helped, back, hung_up, timed_out, gave_up, stopped, ended, diverged, failed; what never happened is absent',
  );

export const appFunnelSchema = z.object({
  account: slugSchema,
  app: slugSchema,
  from: instant,
  to: instant,
  items: z
    .array(
      z.object({
        version: z.int(),
        screen: z.string().describe('Empty: of the version, where it is not known at which screen'),
        question: z.string().describe('Empty: of the screen'),
        counts: countsSchema,
        worse_than: z
          .int()
          .optional()
          .describe(
            'Of the newest version: at this question more users leave, for sure, than with this version in the same hours; those of the last 25 hours do not count yet',
          ),
      }),
    )
    .readonly()
    .describe('The newest version first; each question counts in the hour in which it was asked'),
  sent: z
    .array(
      z.object({
        version: z.int(),
        segments: z.int().describe('Of all that it sent, as its transports cut it'),
        conversations: z.int(),
        messages: z.int().describe('Of users'),
        more_than: z
          .int()
          .optional()
          .describe(
            'Of the newest version: a conversation (without any, a message) takes more than 20 % more segments, for sure, than with this version in the same hours',
          ),
      }),
    )
    .readonly()
    .describe('The newest version first; counted in the hour in which the conversation began'),
});

export const accountUsageSchema = z.object({
  account: slugSchema,
  from: instant,
  to: instant,
  total: usageSchema,
  apps: z.array(z.object({ app: slugSchema, ...usage })),
});
