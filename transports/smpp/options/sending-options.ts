import { z } from 'zod';
import { LONGEST_VALIDITY } from '@vumi/core';
import { NATIONAL_LANGUAGES } from '@vumi/core/text';
import { USSD_DIALECTS } from '../ussd/dialects.ts';
import { WRITABLE_CHARSETS } from '../text/charset.ts';
import { latinText, octet, receiverTon, seconds, secondsOrOff } from './kinds.ts';

/** How fast messages go, and what becomes of those that the SMSC does not take. */
export const throughputOptions = {
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
    .describe('Greatest number of unanswered submit_sm of one bind. Default: 50'),
  mt_tps: secondsOrOff()
    .max(100_000)
    .default(0)
    .describe(
      'Greatest number of segments a second of one bind, evenly spaced; a message in message_payload counts as its segments; 0 is no limit. Default: 0',
    ),
  validity: secondsOrOff()
    .max(LONGEST_VALIDITY)
    .default(0)
    .describe(
      'Seconds after which a message that does not tell its validity is not sent any more, and which the SMSC is told to keep it for; 0 is for ever. Default: 0',
    ),
  throttle_delay: seconds()
    .default(0.1)
    .describe(
      'Seconds to wait when the SMSC throttles, has a full queue or a fault; doubles while it goes on. Default: 0.1',
    ),
  submit_sm_expiry: seconds()
    .default(86_400)
    .describe(
      'Seconds after its first attempt in which a message that the SMSC puts off is tried again. Default: 86400',
    ),
  submit_sm_attempts: z
    .int()
    .min(1)
    .default(1000)
    .describe(
      'Attempts at a part that the SMSC puts off for whatever reason; then it has failed. Default: 1000',
    ),
  system_error_attempts: z
    .int()
    .min(1)
    .default(10)
    .describe('Attempts at a part that the SMSC answers with ESME_RSYSERR; then it has failed. Default: 10'),
  response_timeout: seconds()
    .default(60)
    .describe('Seconds to wait for a submit_sm_resp before the outcome counts as uncertain. Default: 60'),
  uncertain_policy: z
    .enum(['at-most-once', 'at-least-once'])
    .default('at-most-once')
    .describe(
      'A message of which nobody knows whether the SMSC got it: report it as uncertain, or send it again. Default: at-most-once',
    ),
  disable_ack: z.boolean().default(false).describe('Publish no acks; nacks still come. Default: false'),
} as const;

/** How a message becomes submit_sm. */
export const textOptions = {
  service_type: latinText().max(5).default('').describe('service_type of what is sent. Default: empty'),
  source_addr_ton: octet()
    .optional()
    .describe('Type of number of the sender. Default: 5 for a name, 1 for a number with plus, else 0'),
  source_addr_npi: octet()
    .optional()
    .describe('Numbering plan of the sender. Default: 1 (E.164) for a number with plus, else 0'),
  dest_addr_ton: receiverTon()
    .optional()
    .describe('Type of number of the receiver. Default: 1 for a number with plus, else 0'),
  dest_addr_npi: octet().optional().describe('Numbering plan of the receiver. Default: 1 (E.164)'),
  registered_delivery: z.boolean().default(true).describe('Ask for delivery receipts. Default: true'),
  ussd_dialect: z
    .enum(USSD_DIALECTS)
    .default('tata')
    .describe(
      'How USSD is told in TLVs: tata (ussd_service_op, its_session_info), mica (user_message_reference) or 6d (its_session_info). Default: tata',
    ),
  ussd_close_op: octet()
    .optional()
    .describe(
      'ussd_service_op of an answer that ends a session, where an operator wants another one; his documents may mean 17 by "17". Default: 17 (PSSR response); at tata 2, where his its_session_info has a bit that ends it',
    ),
  ussd_session_timeout: seconds()
    .default(180)
    .describe(
      'Seconds without a message after which a USSD session of mica or 6d is forgotten. Default: 180',
    ),
  submit_sm_encoding: z
    .enum(WRITABLE_CHARSETS)
    .optional()
    .describe(
      'Character set of texts; one that lacks a character goes as UCS-2. Default: what data_coding_overrides says of 0, else gsm0338',
    ),
  submit_sm_data_coding: octet()
    .optional()
    .describe('data_coding to send every text with. Default: the one of its character set'),
  send_multipart_udh: z
    .boolean()
    .optional()
    .describe('Send long texts in parts with a user data header. Default: true unless another way is chosen'),
  send_multipart_sar: z
    .boolean()
    .default(false)
    .describe('Send long texts in parts with the TLVs sar_*. Default: false'),
  send_long_messages: z
    .boolean()
    .default(false)
    .describe('Send long texts whole, in the TLV message_payload. Default: false'),
  multipart_reference_bits: z
    .union([z.literal(8), z.literal(16)])
    .default(8)
    .describe('Bits of the number that parts with a user data header share; 16 cost an octet. Default: 8'),
  national_language_tables: z
    .array(z.enum(NATIONAL_LANGUAGES))
    .default([])
    .describe(
      'Languages whose GSM tables may be used where that saves a part, such as `["turkish"]`: the SMSC and the phones must know them. Default: none',
    ),
  multipart_sar_reference_rollover: z
    .int()
    .min(1)
    .max(0x1_00_00)
    .default(0x1_00_00)
    .describe('References of sar_* parts start again at this number. Default: 65536'),
} as const;
