import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import { ignoredOptions } from '../ignored-options.ts';
import { ignoredSocketOptions, socketOptions } from '../socket/options.ts';
import { reconnectOptions } from '../socket/reconnect-options.ts';

const seconds = () => z.number().positive().max(86_400);

const serverOptions = {
  host: z
    .string()
    .min(1)
    .optional()
    .describe('Host name or address of the server. Default: the one of username'),
  port: z.int().min(1).max(65_535).default(5222).describe('TCP port of the server. Default: 5222'),
  service: z
    .string()
    .regex(/^(xmpps?|wss?):\/\/\S+$/, 'a URL such as wss://chat.example/ws')
    .optional()
    .describe(
      'URL in place of host and port, for direct TLS (`xmpps://host:5223`) and WebSocket (`wss://host/path`). Default: none',
    ),
  tls: z
    .boolean()
    .default(true)
    .describe('Whether a password is given to a server on another machine by TLS only. Default: true'),
  username: z
    .string()
    .regex(/^[^@/\s]+@[^@/\s]+$/, 'an address such as bot@chat.example')
    .describe('Our address there'),
  password: secretSchema.describe('Its password'),
} as const;

const presenceOptions = {
  status: z
    .string()
    .min(1)
    .default('chat')
    .describe(
      'How available we are: `chat`, `away`, `xa` or `dnd`; any other word is shown. Default: `chat`',
    ),
  status_message: z.string().min(1).optional().describe('What else is shown of us. Default: nothing'),
  presence_interval: seconds().default(60).describe('Seconds after which that is said again. Default: 60'),
  ping_interval: seconds()
    .default(60)
    .describe(
      'Seconds after which the server is asked whether it is there; it has 30 to answer. Default: 60',
    ),
} as const;

const sendingOptions = {
  answer_timeout: seconds()
    .default(60)
    .describe(
      'Seconds that a server with stream management may take to take a message; then nobody knows whether it has. Default: 60',
    ),
  uncertain_policy: z
    .enum(['at-most-once', 'at-least-once'])
    .default('at-most-once')
    .describe(
      'What becomes of a message of which nobody knows whether the server has it: reported as uncertain, or sent again under its id. Default: at-most-once',
    ),
  receipt_lifetime: z
    .number()
    .positive()
    .default(604_800)
    .describe('Seconds that receipts may come later than their messages. Default: 604800, seven days'),
} as const;

const ignored = {
  ...ignoredSocketOptions,
  ...ignoredOptions({ debug: 'what is logged is a setting of the platform' }),
};

/** The options in the groups in which the reference lists them; the names are Vumi's where Vumi has them. */
export const XMPP_GROUPS = {
  Server: { ...serverOptions, ...reconnectOptions(1, 60) },
  Presence: presenceOptions,
  Sending: sendingOptions,
  Messages: socketOptions('xmpp'),
  'Without effect': ignored,
} as const;

export const xmppConfigSchema = z.strictObject({
  ...serverOptions,
  ...reconnectOptions(1, 60),
  ...presenceOptions,
  ...sendingOptions,
  ...socketOptions('xmpp'),
  ...ignored,
});

export type XmppConfig = z.infer<typeof xmppConfigSchema>;
