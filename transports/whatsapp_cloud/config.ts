import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import { callerOptions, checkCallers, heldOptions, messageOptions } from '../http/options.ts';
import { sendOptions } from '../http/send-options.ts';
import { metaOptions } from '../meta/options.ts';

const numberOptions = {
  phone_number_id: z
    .string()
    .regex(/^\d+$/, 'digits: the id of the number, not the number')
    .describe('Phone number ID, under WhatsApp, API Setup; not the number itself'),
  access_token: secretSchema.describe(
    'Token of a system user with whatsapp_business_messaging; one of the page API Setup ends after a day',
  ),
  ...metaOptions,
} as const;

const chatOptions = {
  outside_window: z
    .strictObject({ template: z.string().min(1), language: z.string().min(1) })
    .optional()
    .describe(
      'Template to send a text in, as its one variable, to who has not written for 24 hours, such as `{"template": "news", "language": "en"}`. Default: none, such messages are a nack',
    ),
  list_button: z
    .string()
    .trim()
    .min(1)
    .max(20)
    .default('Choose')
    .describe('What opens the list that more than three buttons are. Default: `Choose`'),
} as const;

/** The options in the groups in which the reference lists them. */
export const WHATSAPP_GROUPS = {
  'Number and app': numberOptions,
  Messages: { ...chatOptions, ...messageOptions('whatsapp') },
  Callers: callerOptions,
  Sending: sendOptions,
} as const;

export const whatsappConfigSchema = z
  .strictObject({
    ...numberOptions,
    ...chatOptions,
    ...messageOptions('whatsapp'),
    ...callerOptions,
    ...heldOptions(1),
    ...sendOptions,
  })
  .superRefine(checkCallers);

export type WhatsappConfig = z.infer<typeof whatsappConfigSchema>;
