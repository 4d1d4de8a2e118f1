import { z } from 'zod';
import { nameSchema, slugSchema } from './names.ts';

/** What a webhook may be told of: messages from users, messages to them, what became of those, and alerts. */
export const WEBHOOK_EVENTS = ['inbound', 'outbound', 'ack', 'nack', 'delivery_report', 'alert'] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

const LONGEST_URL = 2000;
const MOST_HEADERS = 20;
/** Set by the platform or by HTTP itself. */
const OUR_HEADERS =
  /^(?:vumi-.*|host|content-(?:type|length)|transfer-encoding|connection|upgrade|expect|user-agent)$/i;

function isReceiver(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ['http:', 'https:'].includes(url.protocol) && url.hash === '';
}

/** What an account says of a receiver of its messages. */
export const webhookSettingsSchema = z.strictObject({
  url: z
    .string()
    .max(LONGEST_URL)
    .refine(isReceiver, 'write an address that begins with http:// or https://, without "#"')
    .describe(
      'Where deliveries are POSTed to; with user:password@ before the host they carry Basic credentials',
    ),
  events: z
    .array(z.enum(WEBHOOK_EVENTS))
    .min(1)
    .transform((events) => [...new Set(events)])
    .default(['inbound', 'ack', 'nack', 'delivery_report'])
    .describe('What it is told of. Default: all but outbound and alert'),
  app: slugSchema.nullable().default(null).describe('Only messages of this app; null: of the account'),
  transport: nameSchema
    .nullable()
    .default(null)
    .describe('Only messages over this transport; null: over any'),
  active: z
    .boolean()
    .default(true)
    .describe('False: nothing new is kept for it, and what waits goes on waiting. Default: true'),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'is no name of a header'), z.string().max(2000))
    .refine((headers) => Object.keys(headers).length <= MOST_HEADERS, `at most ${MOST_HEADERS} headers`)
    .refine((headers) => !Object.keys(headers).some((name) => OUR_HEADERS.test(name)), {
      message: 'names a header that the platform sets itself',
    })
    .default({})
    .describe('Sent along, such as {"authorization": "Bearer …"}'),
  timeout: z
    .number()
    .min(1)
    .max(60)
    .default(10)
    .describe('Seconds until a receiver that does not answer has failed. Default: 10'),
  max_in_flight: z.int().min(1).max(100).default(10).describe('Deliveries at once. Default: 10'),
  retry_hours: z
    .number()
    .min(0.01)
    .max(24 * 14)
    .default(72)
    .describe('Hours after which a delivery that did not arrive is given up and listed as dead. Default: 72'),
});

export type WebhookSettings = z.infer<typeof webhookSettingsSchema>;

/** What a receiver's checks are made with; also one of the receiver's own choice. */
export const webhookSecretSchema = z
  .string()
  .regex(/^[\x21-\x7e]{16,200}$/, 'a secret is 16 to 200 visible ASCII characters without spaces');
