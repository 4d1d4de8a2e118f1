import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import { ignoredSocketOptions, socketOptions } from '../socket/options.ts';
import { reconnectOptions } from '../socket/reconnect-options.ts';

const word = () => z.string().regex(/^[^\s:\0][^\s\0]*$/, 'no spaces, and no colon at the beginning');

const serverOptions = {
  network: z.string().min(1).describe('Host name or address of the server'),
  port: z.int().min(1).max(65_535).default(6667).describe('TCP port of the server. Default: 6667'),
  tls: z
    .boolean()
    .default(false)
    .describe('Whether to speak TLS, as servers do at port 6697. Default: false'),
  tls_verify: z
    .boolean()
    .default(true)
    .describe("Whether the server's certificate must be for network, and trusted. Default: true"),
} as const;

const identityOptions = {
  nickname: word().describe('Name to have there; where somebody has it, `^` is added'),
  channels: z
    .array(z.string().regex(/^[#&!+$][^\s,]+$/, 'a channel such as "#clinic"'))
    .default([])
    .describe('Channels to be in. Default: none'),
  username: word().default('vumi').describe('User name to give. Default: `vumi`'),
  realname: z
    .string()
    .regex(/^[^\r\n\0]+$/, 'one line')
    .default('Vumi')
    .describe('Real name to give. Default: `Vumi`'),
  password: secretSchema.optional().describe('Password of the server. Default: none'),
  sasl_username: z
    .string()
    .min(1)
    .optional()
    .describe('Name of an account, to log in to by SASL PLAIN. Default: none'),
  sasl_password: secretSchema.optional().describe('Its password; with sasl_username or not at all'),
  nickserv_password: secretSchema
    .optional()
    .describe('Password to tell NickServ, on networks that know no SASL. Default: none'),
} as const;

const paceOptions = {
  flood_rate: z
    .number()
    .min(0)
    .default(1)
    .describe('Lines a second, since servers throw out who is faster; 0 is no limit. Default: 1'),
  flood_burst: z.int().min(1).default(5).describe('Lines that may be sent at once after a rest. Default: 5'),
  answer_timeout: z
    .number()
    .positive()
    .max(600)
    .default(60)
    .describe(
      'Seconds that the server may take to take a message; then nobody knows whether it has. Default: 60',
    ),
  uncertain_policy: z
    .enum(['at-most-once', 'at-least-once'])
    .default('at-most-once')
    .describe(
      'What becomes of a message of which nobody knows whether the server has it: reported as uncertain, or sent again. Default: at-most-once',
    ),
} as const;

/** The options in the groups in which the reference lists them; the names are Vumi's where Vumi has them. */
export const IRC_GROUPS = {
  Server: { ...serverOptions, ...reconnectOptions(5, 300) },
  Identity: identityOptions,
  Sending: paceOptions,
  Messages: socketOptions('irc'),
  'Without effect': ignoredSocketOptions,
} as const;

export const ircConfigSchema = z
  .strictObject({
    ...serverOptions,
    ...reconnectOptions(5, 300),
    ...identityOptions,
    ...paceOptions,
    ...socketOptions('irc'),
    ...ignoredSocketOptions,
  })
  .superRefine(({ sasl_username: name, sasl_password: password }, context) => {
    if ((name === undefined) === (password === undefined)) return;
    const missing = name === undefined ? 'sasl_username' : 'sasl_password';
    context.addIssue({ code: 'custom', message: 'name and password need each other', path: [missing] });
  });

export type IrcConfig = z.infer<typeof ircConfigSchema>;
