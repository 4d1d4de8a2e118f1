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

/** Makes each an option that may be given. */
export function ignoredOptions<K extends string>(
  reasons: Readonly<Record<K, string>>,
): Record<K, z.ZodOptional<z.ZodUnknown>> {
  const options = Object.entries<string>(reasons).map(([name, reason]) => [
    name,
    z.unknown().optional().describe(`Means nothing: ${reason}`).meta({ deprecated: true }),
  ]);
  return Object.fromEntries(options) as Record<K, z.ZodOptional<z.ZodUnknown>>;
}

/** Tells of each option that stands in the configuration and does nothing. */
export function warnOfIgnored(
  reasons: Readonly<Record<string, string>>,
  config: Readonly<Record<string, unknown>>,
  logger: Logger,
): void {
  for (const [option, reason] of Object.entries(reasons)) {
    if (config[option] === undefined) continue;
    logger.warn({ option, reason }, 'this option does nothing');
  }
}
