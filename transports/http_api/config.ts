import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import { characterOptions } from '../http/character-options.ts';
import {
  callerOptions,
  checkCallers,
  heldOptions,
  ignoredHttpOptions,
  messageOptions,
  validationMode,
} from '../http/options.ts';
import { sendOptions } from '../http/send-options.ts';
import { addressFormatOption, numberOptions } from '../numbers/number-options.ts';

/** As Vumi's: it waited for four minutes. */
const REQUEST_TIMEOUT = 240;
const REQUIRED = ['content', 'to_addr', 'from_addr'] as const;

const apiOptions = {
  ...validationMode('strict'),
  reply_expected: z
    .boolean()
    .default(false)
    .describe(
      "Whether a request waits for the app's reply and gets it as its response; else it gets the id of the message. Default: false",
    ),
  allowed_fields: z
    .array(z.string().min(1))
    .default(['content', 'to_addr', 'from_addr', 'group', 'session_event'])
    .describe(
      'Fields that a request may have; others are refused. Of content, to_addr and from_addr those that are allowed must be given. Default: content, to_addr, from_addr, group, session_event',
    ),
  field_defaults: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      'Values of fields that a request does not have; any field of a message may stand here. Default: none',
    ),
} as const;

const pushOptions = {
  outbound_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Where messages are posted, as JSON, that are no replies to requests that wait. Default: none, they are refused',
    ),
  outbound_username: z
    .string()
    .optional()
    .describe('Name to give there, by Basic authentication. Default: none'),
  outbound_password: secretSchema.optional().describe('Password to give there; with outbound_username'),
  ...sendOptions,
} as const;

const apiNumbers = { ...numberOptions, ...addressFormatOption('as_is') };

/** The options in the groups in which the reference lists them; the names are Vumi's where Vumi has them (spec vumi-core §5.2). */
export const HTTP_API_GROUPS = {
  Requests: apiOptions,
  Callers: callerOptions,
  Replies: heldOptions(REQUEST_TIMEOUT),
  Messages: { ...messageOptions('http_api'), ...characterOptions },
  Numbers: apiNumbers,
  Sending: pushOptions,
  'Without effect': ignoredHttpOptions,
} as const;

export const httpApiConfigSchema = z
  .strictObject({
    ...apiOptions,
    ...callerOptions,
    ...heldOptions(REQUEST_TIMEOUT),
    ...messageOptions('http_api'),
    ...characterOptions,
    ...apiNumbers,
    ...pushOptions,
    ...ignoredHttpOptions,
  })
  .superRefine((config, context) => {
    checkCallers(config, context);
    // Vumi failed at each request then.
    for (const field of REQUIRED) {
      if (config.allowed_fields.includes(field) || field in config.field_defaults) continue;
      const message = `nobody can give "${field}": allow it or give it in field_defaults`;
      context.addIssue({ code: 'custom', message, path: ['allowed_fields'] });
    }
  });

export type HttpApiConfig = z.infer<typeof httpApiConfigSchema>;
