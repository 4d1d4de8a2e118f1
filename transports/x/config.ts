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
import { ignoredOptions } from '../ignored-options.ts';
import { addressOf, termsOption } from '../social/terms.ts';

const accountOptions = {
  screen_name: z
    .string()
    .regex(/^@?\w{1,15}$/, 'the name of the account, such as @clinic')
    .transform(addressOf)
    .describe('Name of the account, which messages are to, such as `@clinic`'),
  bearer_token: secretSchema.describe('Bearer Token of the app, by which it hears; a plan that is paid for'),
  consumer_key: z.string().min(1).describe('API Key of the app'),
  consumer_secret: secretSchema.describe('API Key Secret of the app'),
  access_token: z.string().min(1).describe('Access Token of the account, with the right to write'),
  access_token_secret: secretSchema.describe('Access Token Secret of the account'),
  terms: termsOption,
  base_url: z
    .url({ protocol: /^https?$/ })
    .default('https://api.x.com')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Where the API is; for tests. Default: `https://api.x.com`'),
} as const;

const LIMITS = limitOptions({ max: 280, unit: 'weighted', tooLong: 'split' });

export const xLimits = textLimits('weighted');

const vumiOptions = ignoredOptions({
  endpoints: 'posts come by the default endpoint, and direct messages are not heard',
  autofollow: 'nobody is followed',
});

/** The options in the groups in which the reference lists them. */
export const X_GROUPS = {
  Account: accountOptions,
  Messages: { ...messageOptions('twitter'), ...LIMITS },
  Sending: sendOptions,
  'Of no effect': vumiOptions,
} as const;

export const xConfigSchema = z
  .strictObject({
    ...accountOptions,
    ...messageOptions('twitter'),
    ...LIMITS,
    ...callerOptions,
    ...heldOptions(1),
    ...sendOptions,
    ...vumiOptions,
    ...ignoredHttpOptions,
  })
  .superRefine(checkCallers);

export type XConfig = z.infer<typeof xConfigSchema>;
