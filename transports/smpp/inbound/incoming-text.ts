import type { DataBody, MessageBody } from '../codec/pdu.ts';
import { TAG } from '../codec/tags.ts';
import { findTlv, findTlvInteger } from '../codec/tlvs.ts';
import { decodeText, fillingOf, type Charset } from '../text/charset.ts';
import { messageClassOf, messageWaitingOf, type CharsetTable } from '../text/data-coding.ts';
import { unpackSeptets } from '../text/septets.ts';
import {
  createConcatenation,
  ESM_CLASS_UDHI,
  headerLength,
  NO_HEADER,
  splitHeader,
  type Concatenation,
  type UserDataHeader,
} from '../text/user-data-header.ts';

const NOTHING = Buffer.alloc(0);

/** The text of one part, before it is read. */
export interface PartText {
  /** What follows the header. */
  readonly octets: Buffer;
  readonly dataCoding: number;
  readonly header: UserDataHeader;
}

/** What a deliver_sm or data_sm carries. */
export interface IncomingText extends PartText {
  /** Null for a message that stands alone. */
  readonly concatenation: Concatenation | null;
}

/** Finds the text in short_message or message_payload, and its place in a long message in header or TLVs. */
export function incomingText(body: MessageBody | DataBody): IncomingText {
  const short = body.command === 'data_sm' ? NOTHING : body.shortMessage;
  const whole = short.length > 0 ? short : (findTlv(body.tlvs, TAG.MESSAGE_PAYLOAD) ?? NOTHING);
  const headed = (body.esmClass & ESM_CLASS_UDHI) !== 0;
  const { text, ...header } = headed ? splitHeader(whole) : { ...NO_HEADER, text: whole };
  const place = header.concatenation ?? sarConcatenation(body);
  const concatenation = place?.total === 1 ? null : place;
  return { octets: text, dataCoding: body.dataCoding, header, concatenation };
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
  /** Some octets are no text of their charset; `content` shows them as well as can be. */
  readonly lossy: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Parts of one message that are read together: their charset, and their octets joined. */
interface Run {
  readonly dataCoding: number;
  readonly header: UserDataHeader;
  octets: Buffer;
}

/**
 * Reads the parts of a message. Never fails: what cannot be read is shown as Latin-1, flagged, with the octets beside
 * it. Octets of parts that are coded alike are joined first: a careless phone may have cut inside a character.
 */
export function readText(parts: readonly PartText[], table: CharsetTable): ReadText {
  const runs: Run[] = [];
  for (const { dataCoding, header, octets } of parts) {
    const filling = fillingOf(charsetOf(dataCoding, table));
    const plain = filling === null ? octets : unpackSeptets(octets, headerLength(header), filling);
    const last = runs.at(-1);
    if (last !== undefined && isAlike(last, { dataCoding, header }))
      last.octets = Buffer.concat([last.octets, plain]);
    else runs.push({ dataCoding, header, octets: plain });
  }
  const decoded = runs.map((run) =>
    decodeText(charsetOf(run.dataCoding, table), run.octets, run.header.shift),
  );
  const lossy = decoded.some((run) => run.lossy);
  const content = decoded.map(({ text }) => text).join('');
  return { content, lossy, metadata: describe(parts, { table, lossy }) };
}

function isAlike(one: Omit<PartText, 'octets'>, other: Omit<PartText, 'octets'>): boolean {
  const [a, b] = [one.header.shift, other.header.shift];
  return one.dataCoding === other.dataCoding && a.locking === b.locking && a.single === b.single;
}

function charsetOf(dataCoding: number, table: CharsetTable): Charset {
  return table[dataCoding] ?? 'binary';
}

function describe(
  parts: readonly PartText[],
  about: { table: CharsetTable; lossy: boolean },
): Record<string, unknown> {
  const [first] = parts;
  if (first === undefined) return {};
  const { dataCoding, header } = first;
  const messageClass = messageClassOf(dataCoding);
  const waiting = messageWaitingOf(dataCoding);
  const octets = () => Buffer.concat(parts.map((part) => part.octets)).toString('hex');
  return {
    smpp_data_coding: dataCoding,
    smpp_charset: charsetOf(dataCoding, about.table),
    ...(messageClass === null ? {} : { smpp_message_class: messageClass }),
    ...(waiting === null ? {} : { smpp_message_waiting: waiting }),
    ...describeHeader(header),
    ...(about.lossy ? { smpp_undecodable: true, smpp_octets: octets() } : {}),
  };
}

function describeHeader({ elements, ports }: UserDataHeader): Record<string, unknown> {
  if (elements.length === 0) return {};
  return {
    smpp_udh: elements.toString('hex'),
    ...(ports === null ? {} : { smpp_destination_port: ports.destination, smpp_source_port: ports.source }),
  };
}
