import { nameSchema } from '@vumi/core';
import { z } from 'zod';

/** Vumi's names, and what it had no name for. */
export const failureOptionsSchema = z.strictObject({
  transport_name: nameSchema.optional().describe('The connector whose failures are looked after'),
  connectors: z
    .array(z.string().min(1).max(200))
    .default([])
    .describe(
      'More of them. With a database those of all transports, SMPP clients and routes come by themselves',
    ),
  failures_routing_key: z
    .string()
    .default('%(transport_name)s.failures')
    .describe('Where they are found. Default: `%(transport_name)s.failures`'),
  retry_routing_key: z
    .string()
    .default('%(transport_name)s.outbound')
    .describe(
      'Where a message is tried again whose failure does not say. Default: `%(transport_name)s.outbound`',
    ),
  retry_initial_delay: z.number().min(0).default(1).describe('Seconds before the first retry. Default: 1'),
  retry_delay_factor: z
    .number()
    .min(1)
    .default(3)
    .describe('How much longer each is than the one before. Default: 3'),
  retry_max_delay: z.number().min(0).default(3600).describe('Seconds before a retry at most. Default: 3600'),
  retry_granularity: z
    .number()
    .positive()
    .default(5)
    .describe('Retries are at multiples of so many seconds, the next one after the delay. Default: 5'),
  retry_delivery_period: z
    .number()
    .min(0)
    .default(3)
    .describe('Seconds between two looks at what is due; 0: nothing is tried again. Default: 3'),
  max_retries: z
    .int()
    .min(0)
    .max(1000)
    .default(10)
    .describe(
      'Retries of one message, then it is given up; Vumi went on for ever. Default: 10, over about three hours',
    ),
});

/** Of the platform's own failure worker, which looks after everything. */
export const platformFailureOptions = failureOptionsSchema.omit({
  transport_name: true,
  connectors: true,
  failures_routing_key: true,
  retry_routing_key: true,
});

export type FailureOptions = z.infer<typeof failureOptionsSchema>;

/** A routing key of Vumi's, with the connector in its place. */
export function keyFor(template: string, connector: string): string {
  return template.replaceAll('%(transport_name)s', connector);
}
