import type { SessionEvent } from '@vumi/core';
import type { Tlv } from '../codec/pdu.ts';
import { TAG } from '../codec/tags.ts';
import { findTlv, findTlvInteger, tlvInteger } from '../codec/tlvs.ts';

/** Operators tell sessions of USSD in different TLVs (spec vumi-core §5.1); the names are those of Vumi's processors. */
export const USSD_DIALECTS = ['tata', 'mica', '6d'] as const;
export type UssdDialectName = (typeof USSD_DIALECTS)[number];

/** What the TLVs of a PDU say of its session. */
interface UssdTurn {
  readonly event: SessionEvent;
  /**
   * Names the session for the answer, the octets of its TLV in hexadecimal digits: `transport_metadata.session_info`.
   * Empty where the operator names none.
   */
  readonly sessionInfo: string;
}

/** An answer to a session. */
interface UssdAnswer {
  readonly sessionInfo: string;
  readonly closing: boolean;
  /** Option `ussd_close_op`. */
  readonly closeOp: number | undefined;
}

export interface UssdDialect {
  /** The text that opens a session is the code that was dialled; the transport remembers it as the address. */
  readonly remembersCode: boolean;
  readonly read: (tlvs: readonly Tlv[]) => UssdTurn;
  readonly write: (answer: UssdAnswer) => Tlv[];
}

/** ussd_service_op (section 5.3.2.44). A PSSD indication is of a phone of the first phase. */
export const OP = {
  PSSD_INDICATION: 0,
  PSSR_INDICATION: 1,
  USSR_REQUEST: 2,
  PSSR_RESPONSE: 17,
  USSR_CONFIRM: 18,
} as const;

const EVENTS: ReadonlyMap<number, SessionEvent> = new Map([
  [OP.PSSD_INDICATION, 'new'],
  [OP.PSSR_INDICATION, 'new'],
  [OP.USSR_REQUEST, 'resume'],
  [OP.USSR_CONFIRM, 'resume'],
]);

/** The low bit of its_session_info ends the session (section 5.3.2.43); the others name it. */
const END_BIT = 1;

const tata: UssdDialect = {
  remembersCode: false,
  read: (tlvs) => {
    const info = findTlv(tlvs, TAG.ITS_SESSION_INFO);
    const ends = ((info?.at(-1) ?? 0) & END_BIT) === END_BIT;
    return {
      event: ends ? 'close' : eventOf(tlvs),
      sessionInfo: withEndBit(info ?? NOTHING, false).toString('hex'),
    };
  },
  write: ({ sessionInfo, closing, closeOp }) => {
    const info = withEndBit(Buffer.from(sessionInfo, 'hex'), closing);
    // Who has no bit to end a session by ends it by the operation.
    const op = closeOp ?? (info.length === 0 ? OP.PSSR_RESPONSE : OP.USSR_REQUEST);
    return [serviceOp(closing ? op : OP.USSR_REQUEST), ...sessionTlv(TAG.ITS_SESSION_INFO, info)];
  },
};

/** Dialects that name the session in a TLV of its own. */
function numbered(tag: number): UssdDialect {
  return {
    remembersCode: true,
    read: (tlvs) => ({ event: eventOf(tlvs), sessionInfo: findTlv(tlvs, tag)?.toString('hex') ?? '' }),
    write: ({ sessionInfo, closing, closeOp }) => [
      serviceOp(closing ? (closeOp ?? OP.PSSR_RESPONSE) : OP.USSR_REQUEST),
      ...sessionTlv(tag, Buffer.from(sessionInfo, 'hex')),
    ],
  };
}

export const DIALECTS: Readonly<Record<UssdDialectName, UssdDialect>> = {
  tata,
  mica: numbered(TAG.USER_MESSAGE_REFERENCE),
  '6d': numbered(TAG.ITS_SESSION_INFO),
};

const NOTHING = Buffer.alloc(0);

/** Whatever else the network says, such as 17 (PSSR response) or 129 (abort at Mica and 6D), it does not go on. */
function eventOf(tlvs: readonly Tlv[]): SessionEvent {
  return EVENTS.get(findTlvInteger(tlvs, TAG.USSD_SERVICE_OP) ?? -1) ?? 'close';
}

function serviceOp(op: number): Tlv {
  return tlvInteger(TAG.USSD_SERVICE_OP, op, 1);
}

function sessionTlv(tag: number, value: Buffer): Tlv[] {
  return value.length === 0 ? [] : [{ tag, value }];
}

function withEndBit(info: Buffer, ends: boolean): Buffer {
  const octets = Buffer.from(info);
  const last = octets.at(-1);
  if (last !== undefined) octets[octets.length - 1] = (last & ~END_BIT) | (ends ? END_BIT : 0);
  return octets;
}
