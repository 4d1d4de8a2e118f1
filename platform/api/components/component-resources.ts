import { COMPONENT_KINDS, COMPONENT_LEVELS } from '@vumi/store';
import { z } from 'zod';

const instant = z.string().describe('ISO 8601, UTC');
const level = z.enum(COMPONENT_LEVELS);

/** What an account sees of a component: not what its network says. */
export const accountComponentSchema = z.object({
  name: z.string().describe('`<system>:<transport>.<part>`'),
  worker: z.string().describe('The transport'),
  part: z.string().nullable(),
  level,
  since: instant.describe('When its level changed last'),
});

export const componentSchema = accountComponentSchema.extend({
  name: z.string().describe('`<system>:<worker>`, of a part `<system>:<worker>.<part>`'),
  kind: z.enum(COMPONENT_KINDS).describe('part: one of a worker’s components, as a transport tells of them'),
  system_id: z.string(),
  worker: z.string(),
  type: z.string().describe('A word for programs, such as bound or min-procs-fail'),
  message: z.string().describe('For people'),
  details: z.record(z.string(), z.unknown()),
  changed_at: instant.describe('When anything of it changed last'),
  worst: level.describe('The worst of it and of what belongs to it: parts of a worker, workers of a process'),
  worst_of: z.string().describe('The name of the one that is so'),
  heard_at: instant.nullable().describe('Its last heartbeat; null: it has none'),
  min_procs: z.int().nullable().describe('How many processes must beat for it; null: it has no heartbeats'),
  processes: z
    .array(z.object({ hostname: z.string(), pid: z.int(), heard_at: instant, beats: z.int() }))
    .describe('Those that beat for it'),
});

export const componentChangeSchema = z.object({
  name: z.string(),
  level,
  level_before: level.nullable().describe('null: it was new'),
  type: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
  at: instant,
});

export const componentDetailSchema = componentSchema.extend({
  history: z.array(componentChangeSchema).describe('Its last changes, newest first'),
});

export const componentIssueSchema = z.object({
  component: z.string(),
  type: z.string().describe('min-procs-fail: too few processes beat'),
  start_time: instant,
  procs_count: z.int(),
  min_procs: z.int(),
  message: z.string(),
});

export const componentSummarySchema = z.object({
  level: level.describe('The worst of all; degraded at least while nobody listens to heartbeats'),
  counts: z.record(level, z.int()),
  monitored_at: instant.nullable().describe('When the monitor wrote last; null: never'),
});
