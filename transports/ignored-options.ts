import type { Logger } from '@vumi/core';
import { z } from 'zod';

/** Options of every worker of Vumi that mean nothing here, and why: its configurations work as they are. */
export const WORKER_REASONS = {
  transport_name: 'the name is the one that the transport is set under',
  worker_name: 'workers are named by the platform',
  publish_status: 'statuses are always published',
  redis_manager: 'where state is kept is a setting of the platform',
  middleware: 'middleware is a setting of the platform',
} as const satisfies Record<string, string>;

/** Those of transports that take as many messages as they can send. */
export const TRANSPORT_REASONS = {
  ...WORKER_REASONS,
  amqp_prefetch_count: 'as many messages are taken as can be sent',
} as const;

const NOTHING = 'Means nothing: ';

/** Makes each an option that may be given. */
export function ignoredOptions<K extends string>(
  reasons: Readonly<Record<K, string>>,
): Record<K, z.ZodOptional<z.ZodUnknown>> {
  const options = Object.entries<string>(reasons).map(([name, reason]) => [
    name,
    z.unknown().optional().describe(`${NOTHING}${reason}`).meta({ deprecated: true }),
  ]);
  return Object.fromEntries(options) as Record<K, z.ZodOptional<z.ZodUnknown>>;
}

interface OptionSchema {
  readonly properties?: Readonly<
    Record<string, { readonly deprecated?: boolean; readonly description?: string }>
  >;
}

/** Tells of each option that stands in a checked configuration and does nothing, as its schema says. */
export function warnOfIgnored(schema: z.ZodType, config: object, logger: Logger): void {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as OptionSchema;
  for (const [option, value] of Object.entries(config)) {
    const { deprecated = false, description = '' } = properties[option] ?? {};
    if (!deprecated || value === undefined) continue;
    logger.warn({ option, reason: description.replace(NOTHING, '') }, 'this option does nothing');
  }
}
