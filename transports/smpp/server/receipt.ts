import type { TransportEvent } from '@vumi/core';
import { parseTlvs } from '../codec/named-tlvs.ts';
import { BLANK_MESSAGE, NO_TLVS, type MessageBody, type Tlv } from '../codec/pdu.ts';
import { STATUS, statusName } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { tlvInteger, tlvText } from '../codec/tlvs.ts';
import { formatReceiptText } from '../inbound/receipt.ts';

/** An address as a client wrote it. */
export interface ClientAddress {
  readonly ton: number;
  readonly npi: number;
  readonly address: string;
}

/** What a receipt says beside the state; travels with the message as JSON. */
export interface ReceiptNote {
  /** Ids that the client was told, one for each part that asked for a receipt. */
  readonly ids: readonly string[];
  readonly source: ClientAddress;
  readonly destination: ClientAddress;
  /** When it was submitted, milliseconds since the epoch. */
  readonly at: number;
  /** The start of the text. */
  readonly text: string;
}

/** registered_delivery bits 1 and 0 (section 5.2.17). */
const ALWAYS = 1;
const ON_FAILURE = 2;
const RECEIPT_MASK = 3;
const INTERMEDIATE = 0x10;

/** esm_class from an SMSC (section 5.2.12). */
const ESM_RECEIPT = 0x04;
const ESM_INTERMEDIATE = 0x20;

const FAILURES = ['nack', 'delivery_report.failed'];

/** The events that a client wants to hear of, by its registered_delivery. */
export function wantedEvents(registeredDelivery: number): string[] {
  const wish = registeredDelivery & RECEIPT_MASK;
  return [
    ...(wish === ALWAYS ? ['delivery_report.delivered'] : []),
    ...(wish === ALWAYS || wish === ON_FAILURE ? FAILURES : []),
    ...((registeredDelivery & INTERMEDIATE) === 0 ? [] : ['ack', 'delivery_report.pending']),
  ];
}

/** A message_state (section 5.2.28) and how appendix B abbreviates it. */
interface State {
  readonly stat: string;
  readonly code: number;
}

const ENROUTE: State = { stat: 'ENROUTE', code: 1 };
const DELIVERED: State = { stat: 'DELIVRD', code: 2 };
const EXPIRED: State = { stat: 'EXPIRED', code: 3 };
const DELETED: State = { stat: 'DELETED', code: 4 };
const UNDELIVERABLE: State = { stat: 'UNDELIV', code: 5 };
const ACCEPTED: State = { stat: 'ACCEPTD', code: 6 };
const UNKNOWN: State = { stat: 'UNKNOWN', code: 7 };
const REJECTED: State = { stat: 'REJECTD', code: 8 };

/** How the words of networks for a message that failed begin. */
const FAILED_STATES: readonly (readonly [string, State])[] = [
  ['EXPIR', EXPIRED],
  ['DELET', DELETED],
  ['REJ', REJECTED],
];

/** Final states by the statuses that lists of messages show. */
const STATES_BY_STATUS: Readonly<Record<string, State>> = {
  delivered: DELIVERED,
  undelivered: UNDELIVERABLE,
  nack: REJECTED,
  failed: REJECTED,
  discarded: REJECTED,
  uncertain: UNKNOWN,
  expired: EXPIRED,
  cancelled: DELETED,
};

/** message_state of a message (section 5.2.28), and whether it is final. */
export function messageState(status: string): { readonly code: number; readonly final: boolean } {
  const state = STATES_BY_STATUS[status];
  return state === undefined ? { code: ENROUTE.code, final: false } : { code: state.code, final: true };
}

/** What the event says, in the network's own words where it has them. */
function stateOf(event: TransportEvent): State {
  const { transport_metadata: metadata } = event;
  if (event.event_type === 'ack') return ENROUTE;
  if (event.event_type === 'nack') return NACKED[String(metadata['outcome'])] ?? REJECTED;
  const said = String(metadata['smpp_delivery_status']).toUpperCase();
  if (event.delivery_status === 'delivered') return DELIVERED;
  if (event.delivery_status === 'pending') return said.startsWith('ACCEPT') ? ACCEPTED : ENROUTE;
  return FAILED_STATES.find(([stem]) => said.startsWith(stem))?.[1] ?? UNDELIVERABLE;
}

/** By the outcome that a nack may name. */
const NACKED: Readonly<Record<string, State>> = {
  uncertain: UNKNOWN,
  expired: EXPIRED,
  cancelled: DELETED,
};

/**
 * What the network gave, in three characters where it fits (appendix B), or the SMPP status that our own transport was
 * refused with.
 */
function errorOf(event: TransportEvent): string {
  const said = event.transport_metadata['smpp_delivery_error'];
  if (typeof said === 'string' && /^\w{1,16}$/.test(said))
    return said.replace(/^0+(?=\w{3})/, '').padStart(3, '0');
  if (event.event_type !== 'nack') return '000';
  const status = Object.values(STATUS).find((value) => statusName(value) === event.nack_reason);
  return String(status ?? 0).padStart(3, '0');
}

const REASONS: Readonly<Record<string, (value: unknown) => boolean>> = {
  network_error_code: isOctets,
  additional_status_info_text: (value) => typeof value === 'string',
};

/** What the network said in TLVs of why, and what its operator added in the vendors' range (section 5.3.1). */
function reasonTlvs({ transport_metadata: metadata }: TransportEvent): Tlv[] {
  const { smpp_tlvs: values } = metadata;
  if (typeof values !== 'object' || values === null) return [];
  const told = Object.entries(values).filter(
    ([name, value]) => REASONS[name]?.(value) ?? (/^0x(?:1[4-9a-f]|[23])/.test(name) && isOctets(value)),
  );
  return parseTlvs(Object.fromEntries(told));
}

function isOctets(value: unknown): boolean {
  return [value].flat().every((one) => typeof one === 'string' && /^(?:[\da-f]{2})*$/i.test(one));
}

/** The deliver_sm that tells a client of an event under one of the ids that it knows the message by. */
export function receiptBody(
  event: TransportEvent,
  note: ReceiptNote,
  about: { readonly id: string; readonly at: number; readonly knowsTlvs: boolean },
): MessageBody {
  const state = stateOf(event);
  const intermediate = state === ENROUTE || state === ACCEPTED;
  const text = formatReceiptText({
    id: about.id,
    state: state.stat,
    error: errorOf(event),
    submittedAt: note.at,
    doneAt: about.at,
    text: note.text,
  });
  return {
    ...BLANK_MESSAGE,
    command: 'deliver_sm',
    sourceAddrTon: note.destination.ton,
    sourceAddrNpi: note.destination.npi,
    sourceAddr: note.destination.address,
    destAddrTon: note.source.ton,
    destAddrNpi: note.source.npi,
    destinationAddr: note.source.address,
    esmClass: intermediate ? ESM_INTERMEDIATE : ESM_RECEIPT,
    shortMessage: Buffer.from(text, 'latin1'),
    tlvs: about.knowsTlvs
      ? [
          tlvText(TAG.RECEIPTED_MESSAGE_ID, about.id),
          tlvInteger(TAG.MESSAGE_STATE, state.code, 1),
          ...reasonTlvs(event),
        ]
      : NO_TLVS,
  };
}
