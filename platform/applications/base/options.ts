import { z } from 'zod';

/** Messages of a queue without a limit of its own that are worked on at once. */
const MANY = 2000;

/** How many messages are worked on at once. */
export function prefetchOption(most: number) {
  return z
    .int()
    .min(0)
    .nullable()
    .default(most)
    .transform((count) => (count === null || count === 0 ? MANY : count))
    .describe(
      `Messages that are worked on at once; those of one user one after another; null: as many as there are. Default: ${most}`,
    );
}

/** Options that every application has, under Vumi's names: spread them into its `configSchema`. */
export const applicationOptions = {
  transport_name: z
    .string()
    .regex(/^[^\sA-Z]+$/, 'lower case and no spaces: it is part of the names of queues')
    .describe('The connector that the application is behind: it takes `<name>.inbound` and `<name>.event`'),
  send_to: z
    .record(z.string(), z.looseObject({}))
    .default({})
    .describe(
      'For messages that answer nothing: fields by endpoint, such as `{default: {transport_name: smsc}}`. Default: none',
    ),
  amqp_prefetch_count: prefetchOption(20),
};

const applicationConfigSchema = z.object(applicationOptions);

export type ApplicationConfig = z.infer<typeof applicationConfigSchema>;
