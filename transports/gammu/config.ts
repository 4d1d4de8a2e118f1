import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import { addressFormatOption, numberOptions } from '../numbers/number-options.ts';
import { ignoredOptions } from '../ignored-options.ts';
import { ignoredSocketOptions, socketOptions } from '../socket/options.ts';

const seconds = (most: number) => z.number().positive().max(most);

const databaseOptions = {
  database_url: secretSchema
    .refine(isPostgres, 'a URL such as postgres://smsd@127.0.0.1/smsd')
    .describe(
      'The PostgreSQL database that gammu-smsd works with, such as `postgres://smsd:secret@127.0.0.1/smsd`',
    ),
  phone_id: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Which phone of several: the `PhoneID` of its gammu-smsd. Default: none, any may send, and what all receive is taken',
    ),
  poll_interval: seconds(60)
    .default(1)
    .describe('Seconds between two looks at the tables. Default: 1 (Vumi: 60, at the modem itself)'),
  phone_timeout: z
    .number()
    .min(0)
    .max(86_400)
    .default(120)
    .describe(
      'Seconds without a sign of the phone after which its status is down and messages wait; 0 never asks. Default: 120',
    ),
} as const;

const smsOptions = {
  phone_number: z
    .string()
    .min(1)
    .optional()
    .describe('Number of the phone, which is the to_addr of what it receives. Default: its phone_id'),
  delivery_reports: z
    .boolean()
    .default(true)
    .describe('Whether the network is asked to report what became of messages. Default: true'),
  multipart_timeout: seconds(604_800)
    .default(3600)
    .describe(
      'Seconds that parts of a long message are waited for; then those that came are a message. Default: 3600',
    ),
  receipt_lifetime: seconds(2_592_000)
    .default(604_800)
    .describe('Seconds that receipts may come later than their messages. Default: 604800, seven days'),
} as const;

const messages = socketOptions('sms');
const numbers = { ...numberOptions, ...addressFormatOption('plus') };

const ignored = {
  ...ignoredSocketOptions,
  ...ignoredOptions({
    connect_retry_interval: 'gammu-smsd keeps the connection to the phone',
    gammu: 'how the phone is reached is a setting of gammu-smsd',
  }),
};

/** The options in the groups in which the reference lists them. */
export const GAMMU_GROUPS = {
  Database: databaseOptions,
  SMS: smsOptions,
  Numbers: numbers,
  Messages: messages,
  'Without effect': ignored,
} as const;

export const gammuConfigSchema = z.strictObject({
  ...databaseOptions,
  ...smsOptions,
  ...numbers,
  ...messages,
  ...ignored,
});

export type GammuConfig = z.infer<typeof gammuConfigSchema>;

function isPostgres(url: { reveal(): string }): boolean {
  return /^postgres(ql)?:$/.test(URL.parse(url.reveal())?.protocol ?? '');
}
