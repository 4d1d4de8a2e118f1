import { nameSchema, VumiError } from '@vumi/core';
import type { WorkerSpec } from '@vumi/runtime';
import { z } from 'zod';

/** The section `workers:`: by name a type, as `class` or `type`, its placement, and the type's own options. */
export const workersSchema = z.record(
  nameSchema,
  z.looseObject({
    class: z.string().optional(),
    type: z.string().optional(),
    placement: z.enum(['one', 'each', 'shared']).optional(),
  }),
);

/** In their order. Throws `config.invalid` for one that names no type. */
export function readWorkers(workers: z.infer<typeof workersSchema>): Omit<WorkerSpec, 'origin'>[] {
  return Object.entries(workers).map(([name, { class: ofClass, type = ofClass, placement, ...config }]) => {
    if (type === undefined) {
      const field = `workers.${name}.class`;
      throw new VumiError('config.invalid', `"${field}" is missing: name a type of worker`, { field });
    }
    const spec = { name, type, config };
    return placement === undefined ? spec : Object.assign(spec, { placement });
  });
}
