import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import { callerOptions, checkCallers, heldOptions, messageOptions } from '../http/options.ts';
import { sendOptions } from '../http/send-options.ts';

const appOptions = {
  bot_token: secretSchema.describe('Bot User OAuth Token, which begins with xoxb-'),
  signing_secret: secretSchema.describe(
    'Signing Secret, under Basic Information: what Slack signs its calls with',
  ),
  base_url: z
    .url({ protocol: /^https?$/ })
    .default('https://slack.com')
    .describe('Where the Web API is; for tests. Default: `https://slack.com`'),
} as const;

/** The options in the groups in which the reference lists them. */
export const SLACK_GROUPS = {
  App: appOptions,
  Messages: messageOptions('slack'),
  Callers: callerOptions,
  Sending: sendOptions,
} as const;

export const slackConfigSchema = z
  .strictObject({
    ...appOptions,
    ...messageOptions('slack'),
    ...callerOptions,
    ...heldOptions(1),
    ...sendOptions,
  })
  .superRefine(checkCallers);

export type SlackConfig = z.infer<typeof slackConfigSchema>;
