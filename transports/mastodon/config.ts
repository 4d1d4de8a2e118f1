import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import { limitOptions, textLimits } from '../http/limit-options.ts';
import {
  callerOptions,
  checkCallers,
  heldOptions,
  ignoredHttpOptions,
  messageOptions,
} from '../http/options.ts';
import { sendOptions } from '../http/send-options.ts';
import type { TextLimits } from '../sending/text-limits.ts';
import { addressOf, termsOption } from '../social/terms.ts';

const accountOptions = {
  base_url: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('The server that the account is at, such as `https://mastodon.example`'),
  streaming_url: z
    .url({ protocol: /^(?:http|ws)s?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe(
      'Where its streams are, where that is elsewhere: `configuration.urls.streaming` of `/api/v2/instance`. Default: base_url',
    ),
  access_token: secretSchema.describe(
    'Access token of an application of the account, with the scopes `read` and `write:statuses`',
  ),
  screen_name: z
    .string()
    .regex(/^@?\w[\w.-]*$/, 'the name of the account without its server, such as @clinic')
    .transform(addressOf)
    .describe('Name of the account, which messages are to, such as `@clinic`'),
  terms: termsOption,
  visibility: z
    .enum(['public', 'unlisted', 'private', 'direct'])
    .default('unlisted')
    .describe(
      'Who sees a post that answers none; one that does is seen by those who see what it answers. Default: unlisted',
    ),
} as const;

/** Of most servers; some have others (`configuration.statuses` of `/api/v2/instance`). */
const LIMITS = {
  ...limitOptions({ max: 500, unit: 'graphemes', tooLong: 'split' }),
  characters_reserved_per_url: z
    .int()
    .min(10)
    .max(10_000)
    .default(23)
    .describe('What the server counts for a link, whatever its length. Default: 23'),
} as const;

const ofTexts = textLimits('graphemes');

export function mastodonLimits(config: MastodonConfig): TextLimits {
  return { ...ofTexts(config), linkLength: config.characters_reserved_per_url };
}

/** The options in the groups in which the reference lists them. */
export const MASTODON_GROUPS = {
  Account: accountOptions,
  Messages: { ...messageOptions('mastodon'), ...LIMITS },
  Sending: sendOptions,
} as const;

export const mastodonConfigSchema = z
  .strictObject({
    ...accountOptions,
    ...messageOptions('mastodon'),
    ...LIMITS,
    ...callerOptions,
    ...heldOptions(1),
    ...sendOptions,
    ...ignoredHttpOptions,
  })
  .superRefine(checkCallers);

export type MastodonConfig = z.infer<typeof mastodonConfigSchema>;
