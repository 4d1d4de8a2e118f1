import { z } from 'zod';
import { callbackUrlSchema } from './callback-url.ts';
import { junebugRouterSchema } from './junebug-router.ts';
import { nameSchema } from './names.ts';

/** Whose clients an interface serves. */
const INTERFACE_DIALECTS = ['kannel', 'jasmin', 'junebug', 'vumi_go', 'capcom6'] as const;
export type InterfaceDialect = (typeof INTERFACE_DIALECTS)[number];

/** What an account says of an interface: a door for programs that were written for another gateway. */
export const interfaceSettingsSchema = z.strictObject({
  dialect: z.enum(INTERFACE_DIALECTS).describe('Whose clients it serves'),
  active: z
    .boolean()
    .default(true)
    .describe('False: it answers nobody, and what comes for it waits. Default: true'),
  transport: nameSchema
    .nullable()
    .default(null)
    .describe('The transport that messages without a sender leave by; null: that of the routes'),
  message_url: callbackUrlSchema
    .nullable()
    .default(null)
    .describe(
      "Where messages from users are told: Kannel's get-url, Junebug's mo_url, Vumi Go's push_message_url, Jasmin's HTTP connector. Default: nowhere",
    ),
  event_url: callbackUrlSchema
    .nullable()
    .default(null)
    .describe('Where acks and receipts are told whose request has named no URL. Default: nowhere'),
  status_url: callbackUrlSchema
    .nullable()
    .default(null)
    .describe(
      'Junebug: where it is told how the parts of the transport behind the channel are, when that changes. Gets no auth_token. Default: nowhere',
    ),
  auth_token: z
    .string()
    .regex(/^[\x21-\x7e]{1,500}$/, 'a token is 1 to 500 visible ASCII characters without spaces')
    .nullable()
    .default(null)
    .describe(
      'Sent to message_url and event_url as "Authorization: Token …"; capcom6: the key that webhooks are signed with. Default: none',
    ),
  forwarder: z
    .boolean()
    .default(false)
    .describe(
      'Kannel: the program is another Kannel, which forwards. What it answers to a message is no reply to the user, and what waits for its transport counts as accepted, since it takes "3: Queued for later delivery" for a failure. Default: false',
    ),
  stream: z
    .boolean()
    .default(false)
    .describe('Vumi Go: messages and events are read from streams, and wait there. Default: false'),
  character_limit: z
    .int()
    .min(1)
    .max(20_000)
    .nullable()
    .default(null)
    .describe('Vumi Go and Junebug refuse longer texts; null: none does'),
  label: z.string().max(200).nullable().default(null).describe('For people'),
  metadata: z.record(z.string(), z.unknown()).default({}).describe("A Junebug channel's, shown as it is"),
  router: junebugRouterSchema
    .nullable()
    .default(null)
    .describe(
      'Junebug: destinations that share out, in place of message_url, what comes for the channel. Made at /routers/. Default: none',
    ),
  timeout: z
    .number()
    .min(1)
    .max(60)
    .default(10)
    .describe('Seconds until a URL that does not answer has failed. Default: 10'),
  max_in_flight: z.int().min(1).max(100).default(10).describe('Requests at once. Default: 10'),
  retry_hours: z
    .number()
    .min(0.01)
    .max(24 * 14)
    .default(72)
    .describe('Hours after which what a URL did not take goes to the failures. Default: 72'),
});

export type InterfaceSettings = z.infer<typeof interfaceSettingsSchema>;

/** The connector of an interface. No transport or application has a dot in its name, so no other has these queues. */
export function interfaceConnector(account: string, name: string): string {
  return `interface.${account}.${name}`;
}
