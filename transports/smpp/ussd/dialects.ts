import type { SessionEvent } from '@vumi/core';
import type { Tlv } from '../codec/pdu.ts';
import { TAG } from '../codec/tags.ts';
import { findTlvInteger, tlvInteger } from '../codec/tlvs.ts';

/** Operators tell sessions of USSD in different TLVs (spec vumi-core §5.1); the names are those of Vumi's processors. */
export const USSD_DIALECTS = ['tata', 'mica', '6d'] as const;
export type UssdDialectName = (typeof USSD_DIALECTS)[number];

/** What the TLVs of a PDU say of its session. */
interface UssdTurn {
  readonly event: SessionEvent;
  /** Names the session for the answer: `transport_metadata.session_info`. */
  readonly sessionInfo: string;
}

export interface UssdDialect {
  /** The text that opens a session is the code that was dialled; the transport remembers it as the address. */
  readonly remembersCode: boolean;
  readonly read: (tlvs: readonly Tlv[]) => UssdTurn;
  readonly write: (sessionInfo: string, closing: boolean) => Tlv[];
}

/** Section 5.3.2.44: what the network does, as it is in ussd_service_op. */
const OP = { PSSR_INDICATION: 0x01, USSR_REQUEST: 0x02, PSSR_RESPONSE: 0x11, USSR_CONFIRM: 0x12 } as const;
/** Of Mica and 6D, outside the specification. */
const VENDOR_OP = { CLOSED: 0x81, CLOSE: 0x17 } as const;

/** The low bit of its_session_info ends the session; the others name it. */
const END_BIT = 1;

const TATA_EVENTS: ReadonlyMap<number, SessionEvent> = new Map([
  [OP.PSSR_INDICATION, 'new'],
  [OP.USSR_REQUEST, 'resume'],
  [OP.USSR_CONFIRM, 'resume'],
  [OP.PSSR_RESPONSE, 'close'],
]);

const tata: UssdDialect = {
  remembersCode: false,
  read: (tlvs) => {
    const info = findTlvInteger(tlvs, TAG.ITS_SESSION_INFO) ?? 0;
    const event = TATA_EVENTS.get(findTlvInteger(tlvs, TAG.USSD_SERVICE_OP) ?? -1) ?? 'close';
    return { event: (info & END_BIT) === 0 ? event : 'close', sessionInfo: hex(info & ~END_BIT) };
  },
  write: (sessionInfo, closing) => [
    tlvInteger(TAG.USSD_SERVICE_OP, OP.USSR_REQUEST, 1),
    tlvInteger(TAG.ITS_SESSION_INFO, (unhex(sessionInfo) & ~END_BIT) | (closing ? END_BIT : 0), 2),
  ],
};

const NUMBERED_EVENTS: ReadonlyMap<number, SessionEvent> = new Map([
  [OP.PSSR_INDICATION, 'new'],
  [OP.USSR_CONFIRM, 'resume'],
  [VENDOR_OP.CLOSED, 'close'],
]);

/** Dialects that name the session in a TLV of its own. */
function numbered(tag: number): UssdDialect {
  return {
    remembersCode: true,
    read: (tlvs) => ({
      event: NUMBERED_EVENTS.get(findTlvInteger(tlvs, TAG.USSD_SERVICE_OP) ?? -1) ?? 'close',
      sessionInfo: hex(findTlvInteger(tlvs, tag) ?? 0),
    }),
    write: (sessionInfo, closing) => [
      tlvInteger(TAG.USSD_SERVICE_OP, closing ? VENDOR_OP.CLOSE : OP.USSR_REQUEST, 1),
      tlvInteger(tag, unhex(sessionInfo), 2),
    ],
  };
}

export const DIALECTS: Readonly<Record<UssdDialectName, UssdDialect>> = {
  tata,
  mica: numbered(TAG.USER_MESSAGE_REFERENCE),
  '6d': numbered(TAG.ITS_SESSION_INFO),
};

function hex(info: number): string {
  return info.toString(16).padStart(4, '0');
}

/** Metadata come back from apps: what is no session is session 0. */
function unhex(sessionInfo: string): number {
  return /^[\da-f]{1,4}$/i.test(sessionInfo) ? Number.parseInt(sessionInfo, 16) : 0;
}
