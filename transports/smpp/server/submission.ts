import type { DataBody, MessageBody } from '../codec/pdu.ts';
import { BLANK_MESSAGE } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { findTlv } from '../codec/tlvs.ts';
import { incomingText, type PartText } from '../inbound/incoming-text.ts';
import { createCharsetTable, type CharsetTable } from '../text/data-coding.ts';
import { ESM_CLASS_UDHI, type Concatenation } from '../text/user-data-header.ts';
import type { ServerClient } from './ports.ts';
import type { ClientAddress } from './receipt.ts';

/** Texts longer than this are longer than what the HTTP API takes. */
const MAX_CONTENT = 20_000;

/** esm_class to an SMSC (section 5.2.12): bits 1 and 0 are the mode, 5 to 2 the type. */
const MODE_MASK = 0x03;
const STORE_AND_FORWARD = 0x03;
const TYPE_MASK = 0x3c;
const GREATEST_PRIORITY = 3;
/** registered_delivery bits 1 and 0: 3 has no meaning before v5.0. */
const RECEIPT_MASK = 3;
/** Absolute or relative time, 16 characters (section 7.1.1); empty is none. */
const TIME = /^(\d{13}[0-4]\d[+-]|\d{15}R)?$/;
/** Information elements of which we know what they say: place in a long message, ports, alphabet. */
const READ_ELEMENTS: ReadonlySet<number> = new Set([0x00, 0x04, 0x05, 0x08, 0x24, 0x25]);

/** What one PDU submits: a message, or a part of one. */
export interface SubmittedPart extends PartText {
  readonly source: ClientAddress;
  readonly destination: ClientAddress;
  readonly concatenation: Concatenation | null;
  readonly registeredDelivery: number;
  readonly validityPeriod: string;
  readonly priorityFlag: number;
}

/** A submit_sm or data_sm that is not taken, and why. */
export interface Refused {
  /** command_status of the answer. */
  readonly status: number;
  /** For the log. */
  readonly reason: string;
}

/** Checks what we can do: what cannot reach a phone as it was meant is refused, not changed. */
export function readSubmission(body: MessageBody | DataBody): SubmittedPart | Refused {
  const submit: MessageBody =
    body.command === 'data_sm' ? { ...BLANK_MESSAGE, ...body, command: 'submit_sm' } : body;
  return checkFields(submit) ?? checkLength(submit) ?? partOf(submit);
}

export function isRefused(read: SubmittedPart | Refused): read is Refused {
  return 'reason' in read;
}

interface Check {
  readonly status: number;
  readonly reason: string;
  readonly fails: (body: MessageBody) => boolean;
}

const CHECKS: readonly Check[] = [
  {
    status: STATUS.RINVDSTADR,
    reason: 'destination_addr is empty or no visible ASCII',
    fails: ({ destinationAddr }) => !/^[\x21-\x7e]+$/.test(destinationAddr),
  },
  {
    status: STATUS.RINVSRCADR,
    reason: 'source_addr is no visible ASCII',
    fails: ({ sourceAddr }) => !/^[\x20-\x7e]*$/.test(sourceAddr),
  },
  {
    status: STATUS.RINVESMCLASS,
    reason: 'esm_class asks for a mode or type other than a default message',
    fails: ({ esmClass }) =>
      (esmClass & TYPE_MASK) !== 0 || ![0, STORE_AND_FORWARD].includes(esmClass & MODE_MASK),
  },
  {
    status: STATUS.RINVPRTFLG,
    reason: 'priority_flag is over 3',
    fails: ({ priorityFlag }) => priorityFlag > GREATEST_PRIORITY,
  },
  {
    status: STATUS.RINVSCHED,
    reason: 'messages are not scheduled here',
    fails: ({ scheduleDeliveryTime }) => scheduleDeliveryTime !== '',
  },
  {
    status: STATUS.RINVEXPIRY,
    reason: 'validity_period is no time of section 7.1.1',
    fails: ({ validityPeriod }) => !TIME.test(validityPeriod),
  },
  {
    status: STATUS.RINVREGDLVFLG,
    reason: 'registered_delivery 3 has no meaning',
    fails: ({ registeredDelivery }) => (registeredDelivery & RECEIPT_MASK) === RECEIPT_MASK,
  },
  {
    status: STATUS.RINVREPFLAG,
    reason: 'messages are not replaced here',
    fails: ({ replaceIfPresentFlag }) => replaceIfPresentFlag !== 0,
  },
  {
    status: STATUS.RINVDFTMSGID,
    reason: 'there are no predefined messages',
    fails: ({ smDefaultMsgId }) => smDefaultMsgId !== 0,
  },
  {
    status: STATUS.RINVMSGLEN,
    reason: 'both short_message and message_payload hold a text',
    fails: ({ shortMessage, tlvs }) =>
      shortMessage.length > 0 && findTlv(tlvs, TAG.MESSAGE_PAYLOAD) !== undefined,
  },
  {
    status: STATUS.RINVESMCLASS,
    reason: 'the user data header says more than the place in a long message, ports and the alphabet',
    fails: (body) => (body.esmClass & ESM_CLASS_UDHI) !== 0 && !isPlainHeader(wholeText(body)),
  },
];

function checkFields(body: MessageBody): Refused | null {
  return CHECKS.find(({ fails }) => fails(body)) ?? null;
}

function wholeText({ shortMessage, tlvs }: MessageBody): Buffer {
  return shortMessage.length > 0 ? shortMessage : (findTlv(tlvs, TAG.MESSAGE_PAYLOAD) ?? shortMessage);
}

/** Whether a header is whole and all of it reaches the phone. */
function isPlainHeader(octets: Buffer): boolean {
  const end = (octets[0] ?? 255) + 1;
  if (end > octets.length) return false;
  let offset = 1;
  while (offset < end) {
    if (!READ_ELEMENTS.has(octets[offset] ?? 255)) return false;
    offset += 2 + (octets[offset + 1] ?? 255);
  }
  return offset === end;
}

function checkLength(body: MessageBody): Refused | null {
  return wholeText(body).length > MAX_CONTENT
    ? { status: STATUS.RINVMSGLEN, reason: `the text is longer than ${MAX_CONTENT} octets` }
    : null;
}

function partOf(body: MessageBody): SubmittedPart {
  const { octets, dataCoding, header, concatenation } = incomingText(body);
  return {
    source: { ton: body.sourceAddrTon, npi: body.sourceAddrNpi, address: body.sourceAddr },
    destination: { ton: body.destAddrTon, npi: body.destAddrNpi, address: body.destinationAddr },
    octets,
    dataCoding,
    header,
    concatenation,
    registeredDelivery: body.registeredDelivery,
    validityPeriod: body.validityPeriod,
    priorityFlag: body.priorityFlag,
  };
}

/** What each data_coding means to a client. */
export function charsetTableOf({ default_charset: charset }: ServerClient): CharsetTable {
  return createCharsetTable({ 0: charset });
}
