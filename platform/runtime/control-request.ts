import { nameSchema, VumiError } from '@vumi/core';
import { z } from 'zod';

const OPERATIONS = ['start_worker', 'stop_worker', 'restart_worker', 'list_workers'] as const;

/** What supervisors are asked, by a message or over HTTP: the payload of Vumi's roadmap, and where it is to happen. */
export const controlRequestSchema = z.strictObject({
  operation: z.enum(OPERATIONS).describe('What is to be done'),
  worker_name: nameSchema.optional().describe('The worker; needed but for list_workers'),
  worker_class: z
    .string()
    .optional()
    .describe(
      "For start_worker: a type, or one of Vumi's class names: http_relay, vumi.demos.words.EchoWorker",
    ),
  worker_config: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("For start_worker: the type's options, by Vumi's names"),
  placement: z
    .enum(['one', 'each', 'shared'])
    .optional()
    .describe('For start_worker: in one process at a time, or in each; absent: as the type has it'),
  supervisor: nameSchema.optional().describe('Only there; absent: wherever the placement lets it run'),
});
export type ControlRequest = z.infer<typeof controlRequestSchema>;

/** The name of the worker; throws `request.invalid` when none is given. */
export function workerNameOf({ operation, worker_name }: ControlRequest): string {
  if (worker_name !== undefined) return worker_name;
  throw new VumiError('request.invalid', `"worker_name" is missing: ${operation} needs it`, {
    field: 'worker_name',
  });
}

export function workerClassOf({ worker_class }: ControlRequest): string {
  if (worker_class !== undefined) return worker_class;
  throw new VumiError('request.invalid', '"worker_class" is missing: name a type of worker', {
    field: 'worker_class',
  });
}
