import { z } from 'zod';
import { RECEIPT_BASES } from '../receipts/receipt-ids.ts';
import { numberOptions } from '../../numbers/number-options.ts';
import { INTERNATIONAL_SENDERS } from '../numbers/international-senders.ts';
import { CHARSETS } from '../text/charset.ts';
import { STATUS_NAMES } from '../codec/statuses.ts';
import { seconds } from './kinds.ts';

/** How what the SMSC delivers is read. */
export const inboundOptions = {
  data_coding_overrides: z
    .record(z.string().regex(/^\d{1,3}$/, 'a data_coding from 0 to 255'), z.enum(CHARSETS))
    .default({})
    .describe(
      'Character sets by data_coding, such as `{"0": "latin1"}`. gsm0338_packed fills the last octet as the standard has it, gsm0338_packed_zero as SMSCs do that end it with zeros. Default: 0 is gsm0338, others as in SMPP',
    ),
  allow_empty_messages: z
    .boolean()
    .default(true)
    .describe(
      'Take messages without text; else they are refused with deliver_sm_decoding_error. Default: true',
    ),
  deliver_sm_decoding_error: z
    .enum(STATUS_NAMES)
    .optional()
    .describe(
      'Status to refuse a text with that cannot be read in its character set. Default: it is taken and shown as well as can be',
    ),
  international_senders: z
    .enum(INTERNATIONAL_SENDERS)
    .default('classic')
    .describe(
      'Who sees the number of a sender that the network calls international with its plus: `classic` apps only, which know numbers so; everybody (`plus`): choose that before there are users, for what is stored of a person stands under his number; or nobody (`as_sent`). Default: classic; as_sent for transports that are older than this option; with country_code it is plus',
    ),
  multipart_timeout: seconds()
    .default(600)
    .describe(
      'Seconds without a further part after which a long message is published without those that did not come. Default: 600',
    ),
} as const;

/** Delivery receipts and how long their messages are remembered. */
export const receiptOptions = {
  delivery_report_regex: z
    .string()
    .refine(isReceiptPattern, 'a regular expression with the named groups id and stat')
    .optional()
    .describe(
      'Reads receipts with named groups id, stat and, if there is one, err. Default: a reader that knows the usual variants',
    ),
  delivery_report_use_esm_class: z
    .boolean()
    .default(true)
    .describe('Only take for receipts what esm_class marks as one. Default: true'),
  delivery_report_status_mapping: z
    .record(z.string(), z.enum(['pending', 'failed', 'delivered']))
    .default({})
    .describe(
      'Delivery status by state of a receipt, over the built-in ones, such as `{"ACCEPTD": "delivered"}` for a network that says no more than that. Built-in: delivered and failed by the words of SMPP and what begins like them; all others, ACCEPTD too, are pending',
    ),
  unreadable_receipts: z
    .enum(['refuse', 'message'])
    .default('refuse')
    .describe(
      'What esm_class marks as a receipt and names no message: refuse it with ESME_RX_R_APPN, or take it for a message of the subscriber. Default: refuse',
    ),
  disable_delivery_report: z
    .boolean()
    .default(false)
    .describe('Publish no delivery reports; receipts are still answered. Default: false'),
  receipt_id_base: z
    .enum(['learn', ...RECEIPT_BASES])
    .default('learn')
    .describe(
      'How receipts spell the ids of responses: same, decimal (of hexadecimal ones) or hexadecimal (of decimal ones). Default: learn, from the messages that are found',
    ),
  unmatched_receipt_timeout: seconds()
    .default(600)
    .describe(
      'Seconds that a receipt waits for the response that names its message; then it counts as unknown. Default: 600',
    ),
  third_party_id_expiry: seconds()
    .default(604_800)
    .describe("Seconds to remember the SMSC's id of a message for its receipts. Default: 604800"),
  final_dr_third_party_id_expiry: seconds()
    .default(3600)
    .describe('Seconds to remember it after a final receipt, for copies of that. Default: 3600'),
  completed_multipart_info_expiry: seconds()
    .default(3600)
    .describe(
      'Seconds to remember which parts of a message were delivered after the last was. Default: 3600',
    ),
  split_bind_prefix: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Name to keep ids of messages under: of two transports with the same, one finds what the other sent. Default: the transport’s own name',
    ),
} as const;

/** Number recognition of Vumi's older transport: which of our numbers a message of an operator's subscriber gets. */
export const recognitionOptions = {
  ...numberOptions,
  COUNTRY_CODE: z
    .string()
    .regex(/^\d+$/, 'digits, such as "27"')
    .optional()
    .describe(
      'As Vumi has it: country of numbers that begin with 0, such as "27", and all numbers lose their plus; country_code counts before it. Default: they stay as they are',
    ),
} as const;

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
