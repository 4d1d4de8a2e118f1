import { basicHeader } from '@vumi/http';
import { z } from 'zod';
import type { ApplicationPorts } from '../base/application.ts';
import { applicationOptions, prefetchOption } from '../base/options.ts';
import { Receiver } from './receiver.ts';

export const webUrl = () =>
  z.url({ protocol: /^https?$/, error: 'an address such as "https://example.com/sms"' });

export const httpMethod = () =>
  z
    .string()
    .transform((method) => method.toUpperCase())
    .pipe(z.enum(['POST', 'PUT', 'PATCH', 'GET']))
    .default('POST')
    .describe('Default: POST');

export const basicOnly = () =>
  z.literal('basic').default('basic').describe('The only one that there is. Default: basic');

/** Options of applications that post what they get, beside where to. */
export const relayOptions = {
  ...applicationOptions,
  amqp_prefetch_count: prefetchOption(2000),
  secret: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .transform((secret) => (typeof secret === 'string' ? [secret] : (secret ?? [])))
    .describe(
      'What requests are signed with; a list of two while it is being changed. Default: none, and no signature',
    ),
  allow_private: z
    .boolean()
    .default(true)
    .describe('Whether the receiver may have a private or loopback address. Default: true'),
  timeout: z.number().positive().max(600).default(30).describe('Seconds to wait for an answer. Default: 30'),
  max_in_flight: z.int().min(1).default(50).describe('Requests that may be open at once. Default: 50'),
  give_up_attempts: z
    .int()
    .min(1)
    .default(10)
    .describe(
      'A message goes to the failures when so many attempts failed while the receiver took others. Default: 10',
    ),
  give_up_after: z
    .number()
    .positive()
    .default(86_400)
    .describe(
      'Seconds of failed attempts, after which a message goes to the failures anyway. Default: 86400',
    ),
};

const relayConfigSchema = z.object(relayOptions);

export function createReceiver(
  config: z.infer<typeof relayConfigSchema>,
  { http, clock, random, logger, signal }: ApplicationPorts,
): Receiver {
  return new Receiver({
    http,
    timeoutMs: config.timeout * 1000,
    allowPrivate: config.allow_private,
    secrets: config.secret,
    maxInFlight: config.max_in_flight,
    giveUpAttempts: config.give_up_attempts,
    giveUpAfterMs: config.give_up_after * 1000,
    clock,
    random,
    logger,
    signal,
  });
}

/** For `superRefine`: a name and a password go together. */
export function checkCredentials<C extends Readonly<Record<string, unknown>>>(
  ...pairs: readonly (readonly [string, string])[]
): (config: C, context: z.core.$RefinementCtx<C>) => void {
  return (config, context) => {
    const given = (option: string): boolean => config[option] !== undefined && config[option] !== '';
    for (const [name, password] of pairs) {
      if (given(name) === given(password)) continue;
      const path = [given(name) ? password : name];
      context.addIssue({ code: 'custom', path, message: 'is missing: give both or neither' });
    }
  };
}

/** The header of Basic authentication, or nothing. */
export function basicAuthorization(username: string | undefined, password: string | undefined) {
  if (username === undefined || username === '') return {};
  return { authorization: basicHeader(username, password ?? '') };
}
