import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import { callerOptions, checkCallers, heldOptions, messageOptions } from '../http/options.ts';
import { sendOptions } from '../http/send-options.ts';
import { metaOptions } from '../meta/options.ts';

const pageOptions = {
  page_id: z
    .string()
    .regex(/^\d+$/, 'digits')
    .describe('Id of the page, or of the Instagram account, whose messages these are'),
  page_token: secretSchema.describe('Token of the page, with pages_messaging or instagram_manage_messages'),
  ...metaOptions,
} as const;

/** The options in the groups in which the reference lists them; `transportType` is all that the two differ in. */
export function messengerGroups(transportType: string) {
  return {
    'Page and app': pageOptions,
    Messages: messageOptions(transportType),
    Callers: callerOptions,
    Sending: sendOptions,
  } as const;
}

export function messengerConfigSchema(transportType: string) {
  return z
    .strictObject({
      ...pageOptions,
      ...messageOptions(transportType),
      ...callerOptions,
      ...heldOptions(1),
      ...sendOptions,
    })
    .superRefine(checkCallers);
}

export type MessengerConfig = z.infer<ReturnType<typeof messengerConfigSchema>>;
