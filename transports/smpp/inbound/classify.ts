import type { DataBody, MessageBody } from '../codec/pdu.ts';
import { TAG } from '../codec/tags.ts';
import { findTlvInteger, findTlvText } from '../codec/tlvs.ts';
import { decodeText } from '../text/charset.ts';
import type { CharsetTable } from '../text/data-coding.ts';
import { incomingText } from './incoming-text.ts';
import { messageStateName, type Receipt, type ReceiptReader } from './receipt.ts';

/** esm_class from an SMSC (section 5.2.12): bits 5 to 2 say what it is. */
const TYPE_MASK = 0x3c;
/** Acknowledgements by the phone's user carry the user's own words. */
const USER_ACKNOWLEDGEMENT = 0x10;

export type Classified =
  | { readonly kind: 'message' }
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  /** It says that it is a receipt, and we cannot read it. */
  | { readonly kind: 'unreadable'; readonly text: string };

export interface ClassifyOptions {
  readonly readReceipt: ReceiptReader;
  readonly table: CharsetTable;
  /** False: any text that reads like a receipt is one. */
  readonly useEsmClass: boolean;
}

const MESSAGE: Classified = { kind: 'message' };

/** Receipt or message, in the order of spec vumi-core §5.1: TLVs, then esm_class, then, if asked for, the text. */
export function classify(body: MessageBody | DataBody, options: ClassifyOptions): Classified {
  const fromTlvs = receiptOfTlvs(body);
  if (fromTlvs !== null) return { kind: 'receipt', receipt: fromTlvs };
  const type = body.esmClass & TYPE_MASK;
  if (type === 0 && options.useEsmClass) return MESSAGE;
  const text = receiptText(body, options.table);
  const receipt = options.readReceipt(text);
  if (receipt !== null) return { kind: 'receipt', receipt };
  return type === 0 || type === USER_ACKNOWLEDGEMENT ? MESSAGE : { kind: 'unreadable', text };
}

function receiptOfTlvs({ tlvs }: MessageBody | DataBody): Receipt | null {
  if (tlvs.length === 0) return null;
  const remoteId = findTlvText(tlvs, TAG.RECEIPTED_MESSAGE_ID);
  const state = findTlvInteger(tlvs, TAG.MESSAGE_STATE);
  if (remoteId === undefined || remoteId === '' || state === undefined) return null;
  return { remoteId, state: messageStateName(state), error: null };
}

/** Receipts are ASCII whatever the bind's default alphabet is (`_` is § in GSM), or UTF-16. */
function receiptText(body: MessageBody | DataBody, table: CharsetTable): string {
  const { octets, dataCoding } = incomingText(body);
  const charset = table[dataCoding];
  return decodeText(charset === 'utf-16be' || charset === 'ucs2' ? charset : 'latin1', octets).text;
}
