import type { Logger } from '@vumi/core';
import { z } from 'zod';

/** Options of Vumi that mean nothing here, and why: its configurations work as they are. */
const REASONS = {
  transport_name: 'the name is the one that the transport is set under',
  transport_type: 'each message has its own',
  worker_name: 'workers are named by the platform',
  publish_status: 'statuses are always published',
  redis_manager: 'where state is kept is a setting of the platform',
  middleware: 'middleware is a setting of the platform',
  codec_class: 'there is one codec; data_coding_overrides says how texts are read',
  deliver_short_message_processor: 'there is one; its options stand beside the others',
  submit_short_message_processor: 'there is one; its options stand beside the others',
  delivery_report_processor: 'there is one; its options stand beside the others',
} as const satisfies Record<string, string>;

type Ignored = keyof typeof REASONS;

export const ignoredOptions = Object.fromEntries(
  Object.entries(REASONS).map(([name, reason]) => [
    name,
    z.unknown().optional().describe(`Means nothing: ${reason}`).meta({ deprecated: true }),
  ]),
) as Record<Ignored, z.ZodOptional<z.ZodUnknown>>;

/** Tells of each option that stands in the configuration and does nothing. */
export function warnOfIgnored(config: Readonly<Partial<Record<Ignored, unknown>>>, logger: Logger): void {
  for (const [option, reason] of Object.entries(REASONS)) {
    if (config[option as Ignored] === undefined) continue;
    logger.warn({ option, reason }, 'this option does nothing');
  }
}
