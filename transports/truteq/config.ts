import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import { characterOptions } from '../http/character-options.ts';
import { sendOptions } from '../http/send-options.ts';
import { framedOptions } from '../framed/options.ts';
import { ignoredOptions } from '../ignored-options.ts';
import { clientEndpoint, connectsTo, lifting } from '../lifted-options.ts';
import { ignoredSocketOptions } from '../socket/options.ts';
import { SSMI_ENCODINGS } from './frames.ts';

const connectionOptions = {
  host: z
    .string()
    .min(1)
    .default('sms.truteq.com')
    .describe("TruTeq's host name or address. Default: sms.truteq.com"),
  port: z.int().min(1).max(65_535).default(50_008).describe("TruTeq's TCP port. Default: 50008"),
  twisted_endpoint: clientEndpoint(),
  username: ssmiText().describe('Name to log in with'),
  password: secretSchema
    .refine(
      (secret) => /^[^,\r\n]*$/.test(secret.reveal()),
      'no comma and no line end: SSMI has no way to say them',
    )
    .describe('Password to log in with'),
  link_check_period: z
    .number()
    .positive()
    .max(3600)
    .default(60)
    .describe(
      'Seconds between questions whether TruTeq is still there; no answer for twice as long ends the connection. Default: 60',
    ),
} as const;

const messageOptions = {
  ussd_session_lifetime: z
    .number()
    .positive()
    .max(86_400)
    .default(300)
    .describe('Seconds after which a session without a message is forgotten. Default: 300'),
  encoding: z
    .enum(SSMI_ENCODINGS)
    .default('latin1')
    .describe('Character set of texts: `latin1`, or `utf-8` as in Vumi 0.4. Default: latin1'),
  unsupported_characters: characterOptions.unsupported_characters,
  sms_to_addr: z
    .string()
    .min(1)
    .optional()
    .describe('Number that people write SMS to, which SSMI does not tell. Default: none'),
  receipt_lifetime: sendOptions.receipt_lifetime,
  sms_validity: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'Validity of an SMS as SSMI counts it, its second field; 0 is what TruTeq gives it. Default: 0',
    ),
} as const;

const framed = framedOptions('ussd');

const ignored = {
  ...ignoredSocketOptions,
  ...ignoredOptions({
    client: 'it names a class of Vumi',
    debug: 'what is logged is a setting of the platform',
  }),
};

/** The options in the groups in which the reference lists them; the names are Vumi's where Vumi has them (spec vumi-core §5.4). */
export const TRUTEQ_GROUPS = {
  Connection: connectionOptions,
  Messages: messageOptions,
  'Every connection': framed,
  'Without effect': ignored,
} as const;

export const truteqConfigSchema = z.preprocess(
  lifting(connectsTo('twisted_endpoint', { host: 'host', port: 'port' })),
  z.strictObject({
    ...connectionOptions,
    ...messageOptions,
    ...framed,
    ...ignored,
  }),
);

export type TruteqConfig = z.infer<typeof truteqConfigSchema>;

function ssmiText() {
  return z
    .string()
    .min(1)
    .regex(/^[^,\r\n]*$/, 'no comma and no line end: SSMI has no way to say them');
}
