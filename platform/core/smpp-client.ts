import { z } from 'zod';
import { nameSchema } from './names.ts';

/** Section 5.2.1 of SMPP v3.4: 15 characters and a NUL. */
const LONGEST_SYSTEM_ID = 15;
/** Section 5.2.2 has 8 characters and a NUL; clients that send more, as many do, may have more. */
const LONGEST_SMPP_PASSWORD = 64;

/** Unique on the platform without regard to case, because it names queues; a bind must write it as it is. */
export const systemIdSchema = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,${LONGEST_SYSTEM_ID - 1}}$`),
    `use 1 to ${LONGEST_SYSTEM_ID} letters, digits, "_", "-" or ".", starting with a letter or digit`,
  );

export const smppPasswordSchema = z
  .string()
  .regex(
    new RegExp(`^[\\x21-\\x7e]{1,${LONGEST_SMPP_PASSWORD}}$`),
    `use 1 to ${LONGEST_SMPP_PASSWORD} visible ASCII characters without spaces; SMPP itself has room for 8 only`,
  );

export const SMPP_MODES = ['transmitter', 'receiver', 'transceiver'] as const;
export type SmppMode = (typeof SMPP_MODES)[number];

const address = z
  .string()
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,18}[\x21-\x7e])?$/, 'an address has 1 to 20 ASCII characters');

/** What an operator allows an SMPP client: a system that binds to us in the name of an account. */
export const smppClientSettingsSchema = z.strictObject({
  active: z.boolean().default(true).describe('False: its binds end and no new ones are taken. Default: true'),
  modes: z
    .array(z.enum(SMPP_MODES))
    .min(1)
    .default([...SMPP_MODES])
    .describe('How it may bind. Default: in every way'),
  max_binds: z.int().min(1).max(1000).default(2).describe('Binds at once, over all processes. Default: 2'),
  window: z
    .int()
    .min(1)
    .max(1000)
    .default(50)
    .describe('Unanswered requests of one bind, in either direction. Default: 50'),
  messages_per_second: z
    .number()
    .positive()
    .max(100_000)
    .default(100)
    .describe('submit_sm that are taken of all its binds; more are throttled. Default: 100'),
  transport: nameSchema
    .nullable()
    .default(null)
    .describe("The transport that its messages leave by; null: that of the account's route"),
  source_addr: address
    .nullable()
    .default(null)
    .describe("Sender of messages that name none; null: the address of the account's route"),
  source_addrs: z
    .array(z.union([z.literal('*'), address]))
    .max(1000)
    .default([])
    .describe('Senders that it may use beside the addresses that are routed to the account; "*": any'),
  allowed_ips: z
    .array(
      z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'an address such as 10.1.2.3 or 10.1.0.0/16'),
    )
    .max(100)
    .default([])
    .describe('Where it may bind from. Default: anywhere'),
  default_charset: z
    .enum(['gsm0338', 'latin1', 'ascii', 'utf-8'])
    .default('gsm0338')
    .describe('What data_coding 0 means to it, both ways. Default: gsm0338, one septet per octet'),
});

export type SmppClientSettings = z.infer<typeof smppClientSettingsSchema>;

/** The connector of an SMPP client. No transport or application has a dot in its name, so no other has these queues. */
export function smppClientConnector(systemId: string): string {
  return `smpp.${systemId.toLowerCase()}`;
}
