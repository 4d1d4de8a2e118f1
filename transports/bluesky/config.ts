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
  screen_name: z
    .string()
    .regex(/^@?[\w-]+(?:\.[\w-]+)*$/, 'the handle of the account, such as @clinic.bsky.social')
    .transform(addressOf)
    .describe('Handle of the account, which messages are to, such as `@clinic.bsky.social`'),
  app_password: secretSchema.describe('App password of the account: Settings → Privacy and security'),
  terms: termsOption,
  base_url: z
    .url({ protocol: /^https?$/ })
    .default('https://bsky.social')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('The server that the account is at (PDS). Default: `https://bsky.social`'),
  jetstream_url: z
    .url({ protocol: /^(?:http|ws)s?$/ })
    .default('wss://jetstream2.us-east.bsky.network/subscribe')
    .describe(
      'The Jetstream that all posts are heard from: another public one, or your own. Default: `wss://jetstream2.us-east.bsky.network/subscribe`',
    ),
} as const;

const LIMITS = limitOptions({ max: 300, unit: 'graphemes', tooLong: 'split' });

export const blueskyLimits = textLimits('graphemes');

/** The options in the groups in which the reference lists them. */
export const BLUESKY_GROUPS = {
  Account: accountOptions,
  Messages: { ...messageOptions('bluesky'), ...LIMITS },
  Sending: sendOptions,
} as const;

export const blueskyConfigSchema = z
  .strictObject({
    ...accountOptions,
    ...messageOptions('bluesky'),
    ...LIMITS,
    ...callerOptions,
    ...heldOptions(1),
    ...sendOptions,
    ...ignoredHttpOptions,
  })
  .superRefine(checkCallers);

export type BlueskyConfig = z.infer<typeof blueskyConfigSchema>;
