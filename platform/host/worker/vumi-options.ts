import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { fitOptions } from './fit-options.ts';
import type { Options } from './worker-file.ts';

/** Where RabbitMQ is, by Vumi's names; `vhost` as RabbitMQ names it, with its slash (spec vumi-core §2). */
const vumiConfigSchema = z.strictObject({
  hostname: z.string().optional(),
  port: z.number().int().min(1).max(65_535).optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  vhost: z.string().optional(),
  specfile: z.string().optional(),
  sentry: z.string().nullish(),
  'system-id': z.string().optional(),
  system_id: z.string().optional(),
});
export type VumiOptions = z.infer<typeof vumiConfigSchema>;

const BROKER_OPTIONS = ['hostname', 'port', 'username', 'password', 'vhost'] as const;

/** Reads the file of `--vumi-config`. Throws `config.invalid`. */
export function readVumiConfig(options: Options): {
  readonly options: VumiOptions;
  readonly warnings: readonly string[];
} {
  const { options: fitted, warnings } = fitOptions(vumiConfigSchema, options);
  const result = vumiConfigSchema.safeParse(fitted);
  if (result.success) return { options: result.data, warnings };
  throw new VumiError('config.invalid', `--vumi-config: ${z.prettifyError(result.error)}`);
}

/** Whether any of Vumi's options says where RabbitMQ is. */
export function namesBroker(options: VumiOptions): boolean {
  return BROKER_OPTIONS.some((name) => options[name] !== undefined);
}

/** The URL of the RabbitMQ that Vumi's options mean; those that are missing are Vumi's own. */
export function brokerUrlOf(options: VumiOptions): string {
  const { hostname = '127.0.0.1', port = 5672, username = 'vumi', password = 'vumi' } = options;
  const { vhost = '/develop' } = options;
  const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
  const user = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
  return `amqp://${user}@${host}:${port}/${encodeURIComponent(vhost)}`;
}
