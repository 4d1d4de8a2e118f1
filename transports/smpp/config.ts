import { z } from 'zod';
import { CHARSETS } from './text/charset.ts';

const seconds = () => z.number().positive();
const octet = () => z.int().min(0).max(255);

/** Options by Vumi's names (spec vumi-core §5.1); those after `delivery_report_status_mapping` are ours. Times are seconds. */
export const smppConfigSchema = z.strictObject({
  host: z.string().min(1).describe("The SMSC's host name or address"),
  port: z.int().min(1).max(65_535).describe("The SMSC's TCP port"),
  system_id: z.string().min(1).max(15).describe('Name to bind with, at most 15 characters'),
  password: z
    .string()
    .describe('Password to bind with; only the first 8 characters are sent, SMPP has no room for more'),
  system_type: z
    .string()
    .max(12)
    .default('')
    .describe('Kind of client, as some SMSCs ask for. Default: empty'),
  interface_version: z
    .string()
    .regex(/^[0-9a-fA-F]{2}$/, 'two hexadecimal digits, such as "34"')
    .default('34')
    .describe('SMPP version to announce, two hexadecimal digits. Default: "34" for 3.4'),
  service_type: z.string().max(5).default('').describe('service_type of what is sent. Default: empty'),
  address_range: z.string().max(40).default('').describe('Addresses that this bind serves. Default: empty'),
  source_addr_ton: octet().default(0).describe('Type of number of the sender. Default: 0'),
  source_addr_npi: octet().default(0).describe('Numbering plan of the sender. Default: 0'),
  dest_addr_ton: octet().default(0).describe('Type of number of the receiver. Default: 0'),
  dest_addr_npi: octet().default(1).describe('Numbering plan of the receiver. Default: 1 (E.164)'),
  registered_delivery: z.boolean().default(true).describe('Ask for delivery receipts. Default: true'),
  smpp_bind_timeout: seconds().default(30).describe('Seconds to connect and bind in. Default: 30'),
  smpp_enquire_link_interval: seconds()
    .default(55)
    .describe('Seconds between enquire_links; a peer silent for twice as long is dead. Default: 55'),
  throttle_delay: seconds()
    .default(0.1)
    .describe('Seconds to wait when the SMSC throttles; doubles up to 5 s while it goes on. Default: 0.1'),
  data_coding_overrides: z
    .record(z.string().regex(/^\d{1,3}$/, 'a data_coding from 0 to 255'), z.enum(CHARSETS))
    .default({})
    .describe(
      'Character sets by data_coding, such as {"0": "latin1"}. Default: 0 is gsm0338, others as in SMPP',
    ),
  delivery_report_regex: z
    .string()
    .refine(isReceiptPattern, 'a regular expression with the named groups id and stat')
    .optional()
    .describe(
      'Reads receipts with named groups id and stat. Default: a reader that knows the usual variants',
    ),
  delivery_report_use_esm_class: z
    .boolean()
    .default(true)
    .describe('Only take for receipts what esm_class marks as one. Default: true'),
  delivery_report_status_mapping: z
    .record(z.string(), z.enum(['pending', 'failed', 'delivered']))
    .default({})
    .describe(
      'Delivery status by state of a receipt, beside the built-in ones, such as {"BUFFERED": "pending"}',
    ),
  amqp_prefetch_count: z
    .int()
    .min(1)
    .max(10_000)
    .default(200)
    .describe('Messages worked on at once. Default: 200'),
  window: z
    .int()
    .min(1)
    .max(10_000)
    .default(50)
    .describe('Greatest number of unanswered submit_sm. Default: 50'),
  response_timeout: seconds()
    .default(60)
    .describe('Seconds to wait for a submit_sm_resp before the outcome counts as uncertain. Default: 60'),
  uncertain_policy: z
    .enum(['at-most-once', 'at-least-once'])
    .default('at-most-once')
    .describe(
      'A message of which nobody knows whether the SMSC got it: report it as uncertain, or send it again. Default: at-most-once',
    ),
  initial_reconnect_delay: seconds()
    .default(1)
    .describe('Seconds before the second attempt to reconnect; doubles with each. Default: 1'),
  max_reconnect_delay: seconds()
    .default(60)
    .describe('Greatest number of seconds between attempts. Default: 60'),
});

export type SmppConfig = z.infer<typeof smppConfigSchema>;

function isReceiptPattern(source: string): boolean {
  try {
    const pattern = compileReceiptPattern(source);
    return pattern.source.includes('(?<id>') && pattern.source.includes('(?<stat>');
  } catch {
    return false;
  }
}

/** Vumi's configurations name groups as Python does: (?P<id>…). */
export function compileReceiptPattern(source: string): RegExp {
  return new RegExp(source.replaceAll('(?P<', '(?<'), 's');
}
