import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import { callerOptions, checkCallers, heldOptions, messageOptions } from '../http/options.ts';
import { sendOptions } from '../http/send-options.ts';

const botOptions = {
  token: secretSchema
    .refine((token) => /^\d+:[\w-]+$/.test(token.reveal()), 'a token of @BotFather, such as 12345:AbC…')
    .describe('Token of the bot, as @BotFather gives it'),
  username: z
    .string()
    .regex(/^@?\w{5,32}$/, 'the name of the bot, such as @clinic_bot')
    .transform((name) => `@${name.replace(/^@/, '')}`)
    .describe('Name of the bot, which its messages are to, such as `@clinic_bot`'),
  mode: z
    .enum(['webhook', 'poll'])
    .default('webhook')
    .describe(
      'Whether Telegram brings messages, for which the platform needs a public URL, or is asked for them, which works everywhere. Default: webhook',
    ),
  secret_token: secretSchema
    .refine((secret) => /^[\w-]{1,256}$/.test(secret.reveal()), 'letters, digits, _ and - only')
    .describe('What Telegram proves itself with. Default: made up when the transport is created'),
  base_url: z
    .url({ protocol: /^https?$/ })
    .default('https://api.telegram.org')
    .describe('Where the Bot API is: a server of your own, or tests. Default: `https://api.telegram.org`'),
} as const;

const telegramSending = {
  ...sendOptions,
  mt_tps: z
    .number()
    .min(0)
    .default(30)
    .describe('Messages a second that are sent at most; 0 is as many as Telegram takes. Default: 30'),
} as const;

/** The options in the groups in which the reference lists them. */
export const TELEGRAM_GROUPS = {
  Bot: botOptions,
  Messages: messageOptions('telegram'),
  Callers: callerOptions,
  Sending: telegramSending,
} as const;

export const telegramConfigSchema = z
  .strictObject({
    ...botOptions,
    ...messageOptions('telegram'),
    ...callerOptions,
    ...heldOptions(1),
    ...telegramSending,
  })
  .superRefine(checkCallers);

export type TelegramConfig = z.infer<typeof telegramConfigSchema>;
