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

/** Of most servers; some allow more. */
const LIMITS = limitOptions({ max: 500, unit: 'graphemes', tooLong: 'split' });

export const mastodonLimits = textLimits('graphemes');

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
