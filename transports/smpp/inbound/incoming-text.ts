import type { DataBody, MessageBody } from '../codec/pdu.ts';
import { TAG } from '../codec/tags.ts';
import { findTlv, findTlvInteger } from '../codec/tlvs.ts';
import { decodeText, type Charset } from '../text/charset.ts';
import type { CharsetTable } from '../text/data-coding.ts';
import {
  createConcatenation,
  ESM_CLASS_UDHI,
  splitHeader,
  type Concatenation,
} from '../text/user-data-header.ts';

const NOTHING = Buffer.alloc(0);

/** What a deliver_sm or data_sm carries, before it is read as text. */
export interface IncomingText {
  readonly octets: Buffer;
  readonly dataCoding: number;
  /** Null for a message that stands alone. */
  readonly concatenation: Concatenation | null;
}

/** Finds the text in short_message or message_payload, and its place in a long message in header or TLVs. */
export function incomingText(body: MessageBody | DataBody): IncomingText {
  const short = body.command === 'data_sm' ? NOTHING : body.shortMessage;
  const whole = short.length > 0 ? short : (findTlv(body.tlvs, TAG.MESSAGE_PAYLOAD) ?? NOTHING);
  const headed = (body.esmClass & ESM_CLASS_UDHI) !== 0;
  const { concatenation, text } = headed ? splitHeader(whole) : { concatenation: null, text: whole };
  const place = concatenation ?? sarConcatenation(body);
  return { octets: text, dataCoding: body.dataCoding, concatenation: place?.total === 1 ? null : place };
}

/** The three TLVs count only together (section 5.3.2.22). */
function sarConcatenation({ tlvs }: MessageBody | DataBody): Concatenation | null {
  if (tlvs.length === 0) return null;
  const reference = findTlvInteger(tlvs, TAG.SAR_MSG_REF_NUM);
  const total = findTlvInteger(tlvs, TAG.SAR_TOTAL_SEGMENTS);
  const part = findTlvInteger(tlvs, TAG.SAR_SEGMENT_SEQNUM);
  if (reference === undefined || total === undefined || part === undefined) return null;
  return createConcatenation('sar', reference, { total, part });
}

/** Text as an app gets it, and what the operator wants to know of how it came. */
export interface ReadText {
  readonly content: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Never fails: what cannot be read is shown as Latin-1, flagged, with the octets beside it. */
export function readText(octets: Buffer, dataCoding: number, table: CharsetTable): ReadText {
  const charset: Charset = table[dataCoding] ?? 'binary';
  const { text, lossy } = decodeText(charset, octets);
  const metadata = { smpp_data_coding: dataCoding, smpp_charset: charset };
  if (!lossy) return { content: text, metadata };
  return {
    content: text,
    metadata: { ...metadata, smpp_undecodable: true, smpp_octets: octets.toString('hex') },
  };
}
