import type { UserMessage } from '@vumi/core';
import { z } from 'zod';
import { latinText, receiverTon } from '../options/kinds.ts';
import { isSmppTime, relativeTime } from '../codec/smpp-time.ts';
import { tlvsSchema } from '../codec/tlv-input.ts';

const octet = () => z.int().min(0).max(255).optional();
const port = () => z.int().min(0).max(65_535).optional();
const hex = () =>
  z
    .string()
    .regex(/^([\da-f]{2})*$/i, 'octets in hexadecimal digits')
    .transform((digits) => Buffer.from(digits, 'hex'))
    .optional();
const time = () =>
  z
    .union([
      z.number().positive().transform(relativeTime),
      z.string().refine(isSmppTime, 'seconds, or 16 characters as YYMMDDhhmmsstnnp'),
    ])
    .optional();

const RECEIPTS = { none: 0, all: 1, failure: 2 } as const;

/**
 * What a message may say of its own submit_sm, in `transport_metadata.smpp` or `helper_metadata.smpp`. What it leaves
 * out is as the transport's options have it.
 */
const submitOptionsSchema = z
  .strictObject({
    /** Shown at once and not kept; the same as message_class 0. */
    flash: z.boolean().optional(),
    message_class: z.int().min(0).max(3).optional(),
    /** The text is written in the character set that the bind has for it. */
    data_coding: octet(),
    /** Sent in place of the content. */
    octets: hex(),
    /** Elements of a user data header, without the octet that tells their length. */
    udh: hex(),
    source_port: port(),
    destination_port: port(),
    registered_delivery: z
      .union([
        z.boolean().transform(Number),
        z.enum(['none', 'all', 'failure']).transform((name) => RECEIPTS[name]),
        octet(),
      ])
      .optional(),
    /** Seconds, or a time as section 7.1.1 writes it. */
    validity_period: time(),
    schedule_delivery_time: time(),
    priority_flag: z.int().min(0).max(3).optional(),
    replace_if_present_flag: z.union([z.boolean().transform(Number), z.literal([0, 1])]).optional(),
    /** The phone shall answer by the same service centre (section 5.2.12). */
    reply_path: z.boolean().optional(),
    /** Tells the SMSC to keep the message until the phone can be reached, instead of leaving that to it. */
    store_and_forward: z.boolean().optional(),
    protocol_id: octet(),
    sm_default_msg_id: octet(),
    service_type: latinText().max(5).optional(),
    source_addr_ton: octet(),
    source_addr_npi: octet(),
    dest_addr_ton: receiverTon().optional(),
    dest_addr_npi: octet(),
    /** By name, or by tag; one that comes twice as a list: `{ "source_subaddress": "a0b1", "0x1401": ["00ff", "01"] }`. */
    tlvs: tlvsSchema.optional(),
  })
  .refine(
    ({ octets, data_coding }) => octets !== undefined || data_coding !== 4,
    'data_coding 4 takes octets',
  );

export type SubmitOptions = z.infer<typeof submitOptionsSchema>;

const NONE: SubmitOptions = {};

/** What a message says of its submit_sm, or one line that says what is wrong with that. */
export function submitOptionsOf({
  transport_metadata,
  helper_metadata,
}: UserMessage): SubmitOptions | string {
  const given = transport_metadata['smpp'] ?? helper_metadata['smpp'];
  if (given === undefined) return NONE;
  const result = submitOptionsSchema.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return `Invalid metadata ${['smpp', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? ''}`;
}
