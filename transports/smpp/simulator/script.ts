import { errorText, parseInput, VumiError, type ErrorCode } from '@vumi/core';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { STATUS } from '../codec/statuses.ts';
import { tlvsSchema } from '../codec/tlv-input.ts';

const MOST_MS = 3_600_000;
const milliseconds = z.number().min(0).max(MOST_MS);
/** A fixed time, or one between two by chance. */
const duration = z.union([milliseconds, z.tuple([milliseconds, milliseconds])]);
const octet = z.int().min(0).max(255);
const hex = z.string().regex(/^([0-9a-fA-F]{2})*$/, 'octets in hexadecimal');
const names = Object.keys(STATUS) as (keyof typeof STATUS)[];

/** `ESME_RTHROTTLED`, `RTHROTTLED`, or a number for a vendor's own. */
const status = z.union([z.int().min(0).max(0xffffffff), z.string()]).transform((value, context) => {
  if (typeof value === 'number') return value;
  const name = names.find((known) => known === value.replace(/^ESME_/, ''));
  if (name !== undefined) return STATUS[name];
  context.addIssue({ code: 'custom', message: `unknown command_status "${value}"` });
  return z.NEVER;
});

const pattern = z.string().max(200).refine(isPattern, 'a regular expression');
function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== '';
  } catch {
    return false;
  }
}

/** Shapes of appendix B's text that real SMSCs send (spec smpp §5 point 49). */
const RECEIPT_TEXTS = [
  'standard',
  'seconds',
  'hyphens',
  'lowercase',
  'capital_text',
  'no_counts',
  'reordered',
  'extra_field',
  'newlines',
  'empty_text',
  'alphanumeric_err',
] as const;

/** How a receipt spells the id of its message (point 51). */
const RECEIPT_IDS = ['same', 'hex', 'decimal', 'upper', 'lower', 'stripped', 'padded', 'unknown'] as const;

const receiptFields = {
  after_ms: z.union([duration, z.enum(['before_response', 'never'])]),
  states: z
    .array(z.string().regex(/^\w{1,16}$/))
    .min(1)
    .max(10),
  gap_ms: duration,
  copies: z.int().min(1).max(10),
  id: z.enum(RECEIPT_IDS),
  text: z.enum(RECEIPT_TEXTS),
  carried_in: z.enum(['short_message', 'message_payload', 'data_sm', 'tlvs_only']),
  coding: z.enum(['latin1', 'ucs2']),
  tlvs: z.boolean(),
  esm_class: octet,
  error: z.string().max(10),
  to: z.enum(['system_id', 'same_session', 'other_session']),
};

const receiptSchema = z
  .strictObject({
    after_ms: receiptFields.after_ms
      .default(50)
      .describe('Milliseconds after the submit_sm; [from, to]; before_response; never'),
    states: receiptFields.states
      .default(['DELIVRD'])
      .describe('One receipt each, in this order: several may contradict each other'),
    gap_ms: receiptFields.gap_ms.default(10).describe('Between the receipts of several states'),
    copies: receiptFields.copies.default(1).describe('How often each receipt is sent'),
    id: receiptFields.id.default('same').describe('How the receipt spells the id'),
    text: receiptFields.text.default('standard').describe("Which shape of appendix B's text"),
    carried_in: receiptFields.carried_in.default('short_message').describe('Where the text is'),
    coding: receiptFields.coding.default('latin1').describe('Alphabet of the text'),
    tlvs: receiptFields.tlvs
      .default(true)
      .describe('Whether receipted_message_id and message_state are sent'),
    esm_class: receiptFields.esm_class
      .default(0x04)
      .describe('4 is a receipt, 0x20 an intermediate one, 0 a fault'),
    error: receiptFields.error.default('000').describe('err of the text'),
    to: receiptFields.to.default('system_id').describe('Which session gets it'),
  })
  .prefault({});
const receiptChanges = z.strictObject(receiptFields).partial();

const fault = z.union(
  [
    z.enum([
      'disconnect',
      'disconnect_mid_pdu',
      'unbind',
      'malformed',
      'not_smpp',
      'stop_reading',
      'stop_answering',
    ]),
    z.strictObject({ raw: hex.describe('Octets to write as they are') }),
  ],
  {
    error:
      'one of disconnect, disconnect_mid_pdu, unbind, malformed, not_smpp, stop_reading, stop_answering, {raw: octets in hexadecimal}',
  },
);
export type Fault = z.output<typeof fault>;

const action = z.strictObject({
  status: status.optional().describe('command_status of the response; not 0 means: not taken'),
  delay_ms: duration.optional().describe('Before the response; different ones put responses out of order'),
  silent: z.boolean().optional().describe('Taken, and never answered'),
  copies: z.int().min(1).max(10).optional().describe('How often the response is sent'),
  sequence_offset: z.int().optional().describe('Added to sequence_number in the response'),
  message_id: z.string().max(64).optional().describe('Instead of an id of our own'),
  tlvs: tlvsSchema.optional().describe('In the response, by name or tag'),
  receipt: receiptChanges.optional().describe('Changes of `receipts` for this message'),
  before: fault.optional().describe('What goes wrong instead of a response; the message is not taken'),
  after: fault.optional().describe('What goes wrong once the response is written'),
});
export type Action = z.output<typeof action>;

const rule = z.strictObject({
  on: z.enum(['submit', 'bind', 'query', 'cancel', 'replace']).default('submit'),
  from: pattern.optional().describe('Sender, a regular expression'),
  to: pattern.optional().describe('Receiver, a regular expression'),
  text: pattern.optional().describe('Text as Latin-1, a regular expression'),
  nth: z
    .union([z.int().min(1), z.array(z.int().min(1)).max(1000)])
    .optional()
    .describe('These of them, from 1'),
  every: z.int().min(1).optional().describe('Each so many'),
  rate: z.number().min(0).max(1).optional().describe('So often by chance'),
  times: z.int().min(1).optional().describe('At most so often'),
  do: action,
});
export type Rule = z.output<typeof rule>;

/** What the simulated SMSC does. Unknown keys are errors. */
const scriptSchema = z.strictObject({
  seed: z.int().min(0).max(0xffffffff).default(1).describe('Chance repeats itself with the same seed'),
  system_id: z.string().max(15).default('vumi-smsc').describe('Ours, in bind responses'),
  version: z
    .enum(['3.3', '3.4'])
    .default('3.4')
    .describe('3.3 sends no TLVs and ids of at most 8 characters'),
  accounts: z
    .record(z.string(), z.string())
    .optional()
    .describe('Passwords by system_id. Without it any system_id with any password may bind'),
  max_binds: z.int().min(1).optional().describe('Most sessions of one system_id'),
  bind_full_status: status.default(STATUS.RALYBND).describe('What one more is told'),
  throttle: z
    .strictObject({
      rate: z.number().positive().describe('Messages a second, of each system_id'),
      burst: z.number().min(1).default(1).describe('How many may come at once'),
      status: status.default(STATUS.RTHROTTLED),
    })
    .optional(),
  outstanding: z.int().min(1).max(10_000).default(2000).describe('Most unanswered requests of an ESME'),
  window: z.int().min(1).max(10_000).default(50).describe('Most unanswered deliver_sm in a session'),
  response_timeout_ms: milliseconds.default(60_000).describe('Then an ESME is sent the message again'),
  retry_ms: milliseconds.default(1000).describe('Wait after a temporary refusal'),
  enquire_link_ms: milliseconds.default(60_000),
  bind_timeout_ms: milliseconds.default(30_000),
  message_ids: z.enum(['hex', 'decimal', 'short']).default('hex'),
  receipts: receiptSchema,
  rules: z.array(rule).max(1000).default([]).describe('The first that fits decides'),
});
export type Script = z.output<typeof scriptSchema>;
export type ScriptInput = z.input<typeof scriptSchema>;
export type ReceiptScript = Script['receipts'];

/** @throws VumiError of that code, naming the key. */
export function parseScript(input: unknown, code: ErrorCode): Script {
  return parseInput(scriptSchema, input, code);
}

/** @throws VumiError `request.invalid`. */
export function parseFault(input: unknown): Fault {
  return parseInput(z.strictObject({ fault }), { fault: input }).fault;
}

/** A script as a file has it: YAML, of which JSON is a part. */
export function readScript(text: string): ScriptInput {
  let input: unknown;
  try {
    input = parseYaml(text);
  } catch (error) {
    throw new VumiError('config.invalid', `the script is not YAML: ${errorText(error)}`, { cause: error });
  }
  parseScript(input ?? {}, 'config.invalid');
  return input ?? {};
}
