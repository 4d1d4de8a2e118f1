import { z } from 'zod';
import { DEFAULT_SYSTEM } from './beat.ts';
import type { Wanted } from './roster.ts';

const systemSchema = z.looseObject({
  system_id: z.string().min(1).max(200),
  workers: z.record(
    z.string(),
    z.looseObject({
      name: z.string().min(1).max(200),
      min_procs: z.coerce.number().int().min(0).max(100_000),
    }),
  ),
});

/** Vumi's options, and what it had none for. */
export const monitorOptionsSchema = z.strictObject({
  deadline: z.coerce
    .number()
    .positive()
    .max(86_400)
    .default(30)
    .describe(
      'Seconds within which a monitored worker must be heard; what was sent earlier does not count. Default: 30',
    ),
  monitored_systems: z
    .record(z.string(), systemSchema)
    .default({})
    .describe(
      'Workers that must be there: any name to `system_id` and `workers`, any name to `name` and `min_procs`',
    ),
  discover: z
    .union([z.boolean(), z.stringbool()])
    .optional()
    .describe(
      'Watch whatever beats, too, and with a database what the store says should run. Default: where no system is named',
    ),
  system_id: z
    .string()
    .min(1)
    .max(200)
    .default(DEFAULT_SYSTEM)
    .describe(`The system of the workers that the store names. Default: ${DEFAULT_SYSTEM}`),
  alert_after: z.coerce
    .number()
    .min(0)
    .default(60)
    .describe('Seconds that a component must be unwell before an alert is raised. Default: 60'),
});

export type MonitorOptions = z.infer<typeof monitorOptionsSchema>;

/** The workers that the options name. */
export function wantedOf({ monitored_systems: systems, deadline }: MonitorOptions): Wanted[] {
  return Object.values(systems).flatMap(({ system_id: systemId, workers }) =>
    Object.values(workers).map(({ name, min_procs: minProcs }) => ({
      systemId,
      name,
      minProcs,
      patienceMs: deadline * 1000,
    })),
  );
}

export function discovers({ discover, monitored_systems: systems }: MonitorOptions): boolean {
  return discover ?? Object.keys(systems).length === 0;
}
