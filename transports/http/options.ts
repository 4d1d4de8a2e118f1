import { randomBytes } from 'node:crypto';
import { secretSchema } from '@vumi/core';
import { isAddressRange } from '@vumi/http';
import { z } from 'zod';
import type { FillIn } from '../transport-type.ts';
import { ignoredOptions, TRANSPORT_REASONS } from '../ignored-options.ts';

const seconds = () => z.number().positive().max(86_400);

/** Where callers find the channel, and who they are (spec channels §1.8, §1.9). The names are Vumi's where it has them. */
export const callerOptions = {
  web_path: z
    .string()
    .regex(/^\/[^?#\s]*$/, 'a path that begins with "/"')
    .default('/')
    .describe(
      'Path that callers ask: with web_port the whole path, else the one below `/hooks/<name>` of the platform. Default: `/`',
    ),
  web_port: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      'TCP port of a listener of its own, for callers who demand one; 0 takes any that is free. Default: none, the platform listens',
    ),
  web_host: z
    .string()
    .min(1)
    .default('0.0.0.0')
    .describe('Address that the listener of web_port is at. Default: every one'),
  web_username: z.string().min(1).optional().describe('Name that callers must give, by Basic authentication'),
  web_password: secretSchema
    .optional()
    .describe('Password that callers must give; with web_username or not at all'),
  web_auth_domain: z
    .string()
    .regex(/^[\x20-\x7e]*$/, 'printable ASCII')
    .default('Vumi')
    .describe('What callers without name and password are told they have to know one for. Default: `Vumi`'),
  secret_path: z
    .union([
      z.literal(''),
      secretSchema.refine((secret) => /^[\w.~-]+$/.test(secret.reveal()), 'letters, digits and -._~ only'),
    ])
    .default('')
    .describe(
      'Last part of the path, which nobody can guess: for callers who can prove themselves in no other way. Made up when a transport is created without it and without web_username; `""` is none. `vumi transport urls NAME` shows it',
    ),
  allowed_addresses: z
    .array(z.string().refine(isAddressRange, 'an address or a network such as 192.0.2.0/24'))
    .optional()
    .describe(
      "Networks and addresses that callers may have, behind the platform's trusted proxies too. Default: all",
    ),
  health_path: z
    .string()
    .regex(/^\/?[\w.~-]+$/, 'one part of a path')
    .default('health')
    .describe('Where anybody may ask how many requests wait for their replies. Default: `health`'),
} as const;

/** How a channel takes requests with fields that its network is not known for. */
export function validationMode(usual: 'permissive' | 'strict') {
  return {
    validation_mode: z
      .enum(['permissive', 'strict'])
      .default(usual)
      .describe(
        `Whether a field that the network is not known for is refused: \`strict\`. Default: ${usual}`,
      ),
  };
}

export interface Validating {
  readonly validation_mode: 'permissive' | 'strict';
}

/** For channels that answer requests with the replies of apps (spec channels §1.4). */
export function heldOptions(requestTimeout: number) {
  return {
    request_timeout: seconds()
      .default(requestTimeout)
      .describe(
        `Seconds that a request waits for its reply; then it is answered 504. Default: ${requestTimeout}`,
      ),
    max_pending: z
      .int()
      .min(1)
      .max(100_000)
      .default(5000)
      .describe('Requests that may wait for replies at once; more are answered 503. Default: 5000'),
    response_time_degraded: seconds()
      .default(1)
      .describe('Seconds after which a reply makes the status `degraded`. Default: 1'),
    response_time_down: seconds()
      .default(10)
      .describe(
        'Seconds after which a reply makes the status of the component `response` `down`. Default: 10',
      ),
  };
}

/** Constants that are put on messages. */
export function messageOptions(transportType: string) {
  return {
    transport_type: z
      .string()
      .min(1)
      .default(transportType)
      .describe(`Put on each message. Default: \`${transportType}\``),
    provider: z.string().min(1).optional().describe('Put on each message. Default: none'),
  };
}

const IGNORED_REASONS = {
  ...TRANSPORT_REASONS,
  noisy: 'what is logged is a setting of the platform',
} as const;

export const ignoredHttpOptions = ignoredOptions(IGNORED_REASONS);

const callerSchema = z.object(callerOptions);
export type CallerConfig = z.infer<typeof callerSchema>;
const heldSchema = z.object(heldOptions(1));
export type HeldConfig = z.infer<typeof heldSchema>;
const messageSchema = z.object(messageOptions(''));
export type MessageConfig = z.infer<typeof messageSchema>;

type Checked = Pick<CallerConfig, 'web_username' | 'web_password'>;

/** What no option can say of itself alone. */
export function checkCallers(config: Checked, context: z.core.$RefinementCtx): void {
  if ((config.web_username === undefined) === (config.web_password === undefined)) return;
  const missing = config.web_username === undefined ? 'web_username' : 'web_password';
  context.addIssue({ code: 'custom', message: 'name and password need each other', path: [missing] });
}

/** A channel whose callers prove nothing is found only by those who were told where; it stays there. */
export const fillInSecretPath: FillIn = (options, before) => {
  if ('secret_path' in options || 'web_username' in options) return { ...options };
  return { ...options, secret_path: before?.['secret_path'] ?? randomBytes(18).toString('base64url') };
};
