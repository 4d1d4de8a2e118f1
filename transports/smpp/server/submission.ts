import type { DataBody, MessageBody } from '../codec/pdu.ts';
import { BLANK_MESSAGE } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { findTlv } from '../codec/tlvs.ts';
import { incomingText, type PartText } from '../inbound/incoming-text.ts';
import { createCharsetTable, type CharsetTable } from '../text/data-coding.ts';
import { ESM_CLASS_UDHI, speaksOfItsPart, type Concatenation } from '../text/user-data-header.ts';
import { isDialled, isName, isSender, TON } from '../numbers/address-kind.ts';
import { isSmppTime } from '../codec/smpp-time.ts';
import { carriedFields, type CarriedFields } from './carried-fields.ts';
import { tlvFault } from './carried-tlvs.ts';
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
/** Receipts and intermediate notifications; the other bits ask for acknowledgements of phones, or are reserved. */
const RECEIPTS = 0x13;
/** From here on a data_coding says more than an alphabet (section 5.2.19). */
const FIRST_GROUP = 0x10;
/** Elements that speak of places in the text of their own part. */
const UNKNOWN_HEADER: Refused = {
  status: STATUS.RINVESMCLASS,
  reason: 'the user data header of a part says more than place, ports and alphabet: it cannot be joined',
};

/** What one PDU submits: a message, or a part of one. */
export interface SubmittedPart extends PartText {
  readonly source: ClientAddress;
  readonly destination: ClientAddress;
  readonly concatenation: Concatenation | null;
  readonly registeredDelivery: number;
  readonly fields: CarriedFields;
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
  return checkFields(submit) ?? tlvFault(submit.tlvs) ?? partOf(submit);
}

export function isRefused(read: SubmittedPart | Refused): read is Refused {
  return 'reason' in read;
}

interface Check {
  readonly status: number;
  readonly reason: string;
  readonly fails: (body: MessageBody) => boolean;
}

/** What a phone can be called by, in the room that submit_sm has for it (section 5.2.9). */
const LONGEST_ADDRESS = 20;

const CHECKS: readonly Check[] = [
  {
    status: STATUS.RINVDSTTON,
    reason: 'a receiver is no name: dest_addr_ton is 5',
    fails: ({ destAddrTon }) => destAddrTon === TON.ALPHANUMERIC,
  },
  {
    status: STATUS.RINVDSTADR,
    reason: 'destination_addr is no number',
    fails: ({ destinationAddr }) => !isDialled(destinationAddr) || destinationAddr.length > LONGEST_ADDRESS,
  },
  {
    status: STATUS.RINVSRCADR,
    reason: 'source_addr is neither a number nor a name of at most eleven visible ASCII characters',
    fails: ({ sourceAddr }) => !isSender(sourceAddr) || sourceAddr.length > LONGEST_ADDRESS,
  },
  {
    status: STATUS.RINVSRCTON,
    reason: 'source_addr is a name, and source_addr_ton that of a number',
    fails: ({ sourceAddr, sourceAddrTon }) =>
      isName(sourceAddr) && ![TON.UNKNOWN, TON.ALPHANUMERIC].some((ton) => ton === sourceAddrTon),
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
    fails: ({ validityPeriod }) => !isSmppTime(validityPeriod),
  },
  {
    status: STATUS.RINVREGDLVFLG,
    reason: 'registered_delivery asks for more than receipts: acknowledgements of phones are not passed on',
    fails: ({ registeredDelivery }) =>
      (registeredDelivery & RECEIPT_MASK) === RECEIPT_MASK || (registeredDelivery & ~RECEIPTS) !== 0,
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
    reason: 'esm_class announces a user data header, and the text begins with none',
    fails: (body) => (body.esmClass & ESM_CLASS_UDHI) !== 0 && isBroken(wholeText(body)),
  },
  {
    status: STATUS.RINVMSGLEN,
    reason: 'there is no text, and nothing else that a phone would show',
    fails: saysNothing,
  },
  {
    status: STATUS.RINVMSGLEN,
    reason: `the text is longer than ${MAX_CONTENT} octets`,
    fails: (body) => wholeText(body).length > MAX_CONTENT,
  },
];

function checkFields(body: MessageBody): Refused | null {
  return CHECKS.find(({ fails }) => fails(body)) ?? null;
}

function wholeText({ shortMessage, tlvs }: MessageBody): Buffer {
  return shortMessage.length > 0 ? shortMessage : (findTlv(tlvs, TAG.MESSAGE_PAYLOAD) ?? shortMessage);
}

/** A header whose length is not that of its elements cannot be told from the text. */
function isBroken(octets: Buffer): boolean {
  const end = (octets[0] ?? 255) + 1;
  if (end > octets.length) return true;
  let offset = 1;
  while (offset < end) offset += 2 + (octets[offset + 1] ?? 255);
  return offset !== end;
}

/** Without text a message may still raise an icon, or talk to an application of the phone. */
function saysNothing(body: MessageBody): boolean {
  const { dataCoding, protocolId, serviceType, tlvs } = body;
  const isPlain = dataCoding < FIRST_GROUP && protocolId === 0 && serviceType === '' && tlvs.length === 0;
  return isPlain && wholeText(body).length === 0;
}

function partOf(body: MessageBody): SubmittedPart | Refused {
  const { octets, dataCoding, header, concatenation } = incomingText(body);
  if (concatenation !== null && speaksOfItsPart(header.elements)) return UNKNOWN_HEADER;
  return {
    source: { ton: body.sourceAddrTon, npi: body.sourceAddrNpi, address: body.sourceAddr },
    destination: { ton: body.destAddrTon, npi: body.destAddrNpi, address: body.destinationAddr },
    octets,
    dataCoding,
    header,
    concatenation,
    registeredDelivery: body.registeredDelivery,
    fields: carriedFields(body),
  };
}

/** What each data_coding means to a client. */
export function charsetTableOf({ default_charset: charset }: ServerClient): CharsetTable {
  return createCharsetTable({ 0: charset });
}
