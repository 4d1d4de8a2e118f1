import { describeTlvs } from '../codec/named-tlvs.ts';
import type { DataBody, MessageBody, Tlv } from '../codec/pdu.ts';
import { TAG } from '../codec/tags.ts';
import { findTlv, findTlvInteger, findTlvText } from '../codec/tlvs.ts';
import type { CharsetTable } from '../text/data-coding.ts';
import type { Receipt } from '../../sending/receipts/receipt.ts';
import { messageStateName } from './receipt-states.ts';
import { plainText, type ReceiptFields, type ReceiptReader } from './receipt-text.ts';
import { receiptTexts } from './receipt-charsets.ts';

/** esm_class from an SMSC (section 5.2.12): bits 5 to 2 say what it is. */
const TYPE_MASK = 0x3c;
const TYPE = { RECEIPT: 0x04, INTERMEDIATE: 0x20 } as const;

export type Classified =
  | { readonly kind: 'message' }
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  /** It says that it is a receipt, and we cannot read of which message. */
  | { readonly kind: 'unreadable'; readonly text: string };

export interface ClassifyOptions {
  readonly readReceipt: ReceiptReader;
  /** For texts that nothing marks as receipts. */
  readonly readUnmarked: ReceiptReader;
  readonly table: CharsetTable;
  /** False: any text that reads like a receipt is one. */
  readonly useEsmClass: boolean;
}

type Delivered = MessageBody | DataBody;

const MESSAGE: Classified = { kind: 'message' };
const NOTHING: ReceiptFields = { id: null, state: null, error: null, head: '' };

/**
 * Receipt or message, by TLVs, esm_class and, if asked for, the text (spec vumi-core §5.1). What a receipt says is
 * gathered from TLVs and text; of two that differ the TLV counts.
 */
export function classify(body: Delivered, options: ClassifyOptions): Classified {
  const type = body.esmClass & TYPE_MASK;
  const said = ofTlvs(body.tlvs);
  const marked = type !== 0 || said !== null;
  if (!marked && options.useEsmClass) return MESSAGE;
  const texts = receiptTexts(body, options.table);
  const fields = readBest(texts, marked ? options.readReceipt : options.readUnmarked);
  const receipt = receiptOf(body, said ?? UNSAID, fields ?? NOTHING);
  if (receipt !== null) return { kind: 'receipt', receipt };
  // Acknowledgements by the phone or its user (0x08, 0x10, 0x18) carry words of their own.
  const isReceipt = type === TYPE.RECEIPT || type === TYPE.INTERMEDIATE;
  if (!isReceipt) return MESSAGE;
  const [text = ''] = receiptTexts(body, options.table);
  return { kind: 'unreadable', text };
}

function receiptOf(body: Delivered, said: Said, fields: ReceiptFields): Receipt | null {
  const type = body.esmClass & TYPE_MASK;
  const remoteId = said.id ?? fields.id;
  const state =
    stateIn(said, fields) ?? (type === TYPE.RECEIPT || type === TYPE.INTERMEDIATE ? 'UNKNOWN' : null);
  if (remoteId === null || state === null) return null;
  const intermediate = (type & TYPE.INTERMEDIATE) !== 0 && (type & TYPE.RECEIPT) === 0;
  return {
    remoteId,
    state,
    error: errorIn(said, fields),
    details: { ...detailsOf(body, said, fields), ...(intermediate ? { smpp_intermediate: true } : {}) },
    ...(fields.id === null || fields.id === remoteId ? {} : { otherId: fields.id }),
    ...(intermediate ? { intermediate } : {}),
  };
}

/** The TLV's state, unless it is none or UNKNOWN and the text knows. */
function stateIn({ state }: Said, fields: ReceiptFields): string | null {
  if (state === null) return fields.state;
  const name = messageStateName(state);
  return name === undefined || name === 'UNKNOWN' ? (fields.state ?? name ?? String(state)) : name;
}

/** The text's error; where that is none, the network's. */
function errorIn({ networkError }: Said, { error }: ReceiptFields): string | null {
  if (networkError === null || networkError.code === 0) return error;
  return error === null || /^0*$/.test(error) ? String(networkError.code).padStart(3, '0') : error;
}

function detailsOf(
  { tlvs }: Delivered,
  { networkError }: Said,
  { head }: ReceiptFields,
): Record<string, unknown> {
  const others = tlvs.filter(({ tag }) => tag !== TAG.MESSAGE_PAYLOAD);
  return {
    ...(head === '' ? {} : { smpp_receipt: head }),
    ...(networkError === null ? {} : { smpp_network_error: networkError }),
    ...(others.length === 0 ? {} : { smpp_tlvs: describeTlvs(others) }),
  };
}

/** What the TLVs say of a receipt. */
interface Said {
  readonly id: string | null;
  readonly state: number | null;
  readonly networkError: NetworkError | null;
}

const UNSAID: Said = { id: null, state: null, networkError: null };

/** Why the network did not deliver (section 5.3.2.31). */
interface NetworkError {
  readonly network: string;
  readonly code: number;
}

/** network_type; 4 to 8 are of v5.0. */
const NETWORKS: Readonly<Record<number, string>> = {
  1: 'ANSI-136',
  2: 'IS-95',
  3: 'GSM',
  6: 'ANSI-41',
  7: 'SMPP',
  8: 'SMSC',
};

/** Null when none of them is a receipt's. */
function ofTlvs(tlvs: readonly Tlv[]): Said | null {
  if (tlvs.length === 0) return null;
  const id = plainText(findTlvText(tlvs, TAG.RECEIPTED_MESSAGE_ID) ?? '') || null;
  const state = findTlvInteger(tlvs, TAG.MESSAGE_STATE) ?? null;
  const networkError = networkErrorIn(tlvs);
  return id === null && state === null && networkError === null ? null : { id, state, networkError };
}

function networkErrorIn(tlvs: readonly Tlv[]): NetworkError | null {
  const octets = findTlv(tlvs, TAG.NETWORK_ERROR_CODE);
  if (octets === undefined || octets.length < 2 || octets.length > 3) return null;
  const network = octets.length === 3 ? octets.readUInt8(0) : 0;
  return { network: NETWORKS[network] ?? String(network), code: octets.readUInt16BE(octets.length - 2) };
}

/** The first reading that says both which message and what, else the first that says anything. */
function readBest(texts: Iterable<string>, read: ReceiptReader): ReceiptFields | null {
  let best: ReceiptFields | null = null;
  for (const text of texts) {
    const fields = read(text);
    if (fields !== null && fields.id !== null && fields.state !== null) return fields;
    best ??= fields;
  }
  return best;
}
