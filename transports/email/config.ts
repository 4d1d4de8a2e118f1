import { secretSchema } from '@vumi/core';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ignoredSocketOptions, socketOptions } from '../socket/options.ts';
import type { FillIn } from '../transport-type.ts';

const MAIL_ADDRESS = /^[^\s@<>,]+@[^\s@<>,]+$/;
const mailAddress = z
  .string()
  .regex(MAIL_ADDRESS, 'a mail address such as clinic@example.org')
  .transform((address) => address.toLowerCase());

const receivingOptions = {
  listen_port: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      'TCP port of a mail server of its own (SMTP), to which the domain leads or another server relays. Default: none, nothing is received',
    ),
  listen_host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address that it is at. Default: `127.0.0.1`, for a relay on this machine'),
  server_name: z
    .string()
    .min(1)
    .optional()
    .describe('Name that it greets with. Default: the domain of from_addr'),
  addresses: z
    .array(
      z.union([
        mailAddress,
        z.string().regex(/^@[^\s@<>]+$/, 'an address, or a domain such as @example.org'),
      ]),
    )
    .default([])
    .describe(
      'Addresses that it takes mail for; `@example.org` is every one of the domain. Default: from_addr alone',
    ),
  tls_key: secretSchema.optional().describe('Key for STARTTLS, in PEM; with tls_cert or not at all'),
  tls_cert: z.string().min(1).optional().describe('Certificate for STARTTLS, in PEM'),
  max_size: z
    .int()
    .min(1024)
    .max(100_000_000)
    .default(10_000_000)
    .describe('Octets that a mail may have. Default: 10000000'),
} as const;

const sendingOptions = {
  from_addr: mailAddress.describe('Address that mail is from, where the message names none of ours'),
  from_name: z.string().min(1).optional().describe('Name that is shown with it. Default: none'),
  subject: z
    .string()
    .min(1)
    .default('Message')
    .describe('Subject of what is no reply and brings none of its own. Default: `Message`'),
  smtp_host: z
    .string()
    .min(1)
    .optional()
    .describe('Server that mail is handed to. Default: none, nothing is sent'),
  smtp_port: z.int().min(1).max(65_535).default(587).describe('Its port. Default: 587'),
  smtp_security: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .describe(
      '`starttls`: the connection must become secure; `tls`: it is from the start (port 465); `none`: for a relay on this machine. Default: `starttls`',
    ),
  smtp_username: z.string().min(1).optional().describe('Who we are there; with smtp_password or not at all'),
  smtp_password: secretSchema.optional().describe('How we prove it'),
  outbound_timeout: z
    .number()
    .positive()
    .max(600)
    .default(60)
    .describe('Seconds that the server may take to answer. Default: 60'),
  max_in_flight: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe('Mails that may be under way at once, each on a connection. Default: 5'),
  give_up_after: z
    .number()
    .positive()
    .max(30 * 86_400)
    .default(3 * 86_400)
    .describe(
      'Seconds after which a mail is a nack that the server puts off again and again. Default: 259200, three days',
    ),
  uncertain_policy: z
    .enum(['at-most-once', 'at-least-once'])
    .default('at-most-once')
    .describe(
      'What becomes of a mail of which nobody knows whether the server has it: reported as uncertain, or sent again. Default: at-most-once',
    ),
  bounce_domain: z
    .string()
    .regex(/^[^\s@<>]+$/, 'a domain such as bounces.example.org')
    .optional()
    .describe(
      'Domain whose mail comes to listen_port: what comes back to it is a delivery report. Default: none, and what comes back goes to from_addr',
    ),
  bounce_key: secretSchema
    .optional()
    .describe(
      'Proves that what comes back is about a mail of ours. Made up when a transport is created without it',
    ),
  receipt_lifetime: z
    .number()
    .positive()
    .default(604_800)
    .describe('Seconds that what comes back may come later than the mail. Default: 604800, seven days'),
} as const;

/** The options in the groups in which the reference lists them. */
export const EMAIL_GROUPS = {
  Receiving: receivingOptions,
  Sending: sendingOptions,
  Messages: socketOptions('email'),
  'Without effect': ignoredSocketOptions,
} as const;

export const emailConfigSchema = z
  .strictObject({
    ...receivingOptions,
    ...sendingOptions,
    ...socketOptions('email'),
    ...ignoredSocketOptions,
  })
  .superRefine((config, context) => {
    for (const [one, other] of [
      ['smtp_username', 'smtp_password'],
      ['tls_key', 'tls_cert'],
    ] as const) {
      if ((config[one] === undefined) === (config[other] === undefined)) continue;
      const missing = config[one] === undefined ? one : other;
      context.addIssue({ code: 'custom', message: `${one} and ${other} need each other`, path: [missing] });
    }
    if (config.listen_port !== undefined || config.smtp_host !== undefined) return;
    context.addIssue({
      code: 'custom',
      message: 'needed to send; listen_port to receive',
      path: ['smtp_host'],
    });
  });

export type EmailConfig = z.infer<typeof emailConfigSchema>;

/** What comes back must still be known as ours after a change of the options. */
export const fillInBounceKey: FillIn = (options, before) =>
  'bounce_key' in options
    ? { ...options }
    : { ...options, bounce_key: before?.['bounce_key'] ?? randomBytes(18).toString('base64url') };

/** Whether mail for the address is for the transport. */
export function isOurs({ addresses, from_addr }: EmailConfig, address: string): boolean {
  const known = addresses.length === 0 ? [from_addr] : addresses;
  return known.some((one) => (one.startsWith('@') ? address.endsWith(one.toLowerCase()) : one === address));
}

/** One address and nothing beside it. */
export function isMailAddress(text: string): boolean {
  return MAIL_ADDRESS.test(text);
}
