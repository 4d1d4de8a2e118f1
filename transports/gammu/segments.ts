import { MAX_SEGMENTS, segmentText, type TextOptions } from '@vumi/core/text';

/** One part of a message, as gammu-smsd wants it. */
export interface Segment {
  readonly text: string;
  readonly coding: 'Default_No_Compression' | 'Unicode_No_Compression';
  /** The header that joins the parts, in hexadecimal digits; empty for a message of one. */
  readonly header: string;
}

export const GAMMU_TEXT: TextOptions = {};

/** The daemon splits nothing itself: it is given the parts. Null: the text has more than can be joined. */
export function segmentsOf(content: string | null, reference: number): Segment[] | null {
  // A database cannot keep it, and no phone shows it.
  const { alphabet, segments } = segmentText((content ?? '').replaceAll('\0', ''), GAMMU_TEXT);
  if (segments.length > MAX_SEGMENTS) return null;
  const coding = alphabet === 'gsm0338' ? 'Default_No_Compression' : 'Unicode_No_Compression';
  return segments.map((text, index) => ({
    text,
    coding,
    header:
      segments.length === 1
        ? ''
        : Buffer.from([5, 0, 3, reference & 0xff, segments.length, index + 1])
            .toString('hex')
            .toUpperCase(),
  }));
}

/** What the header of a part says of the whole. */
interface PartOf {
  readonly reference: number;
  readonly total: number;
  /** Counts from 1. */
  readonly part: number;
}

const CONCATENATION_8 = 0;
const CONCATENATION_16 = 8;

/** Of a user data header in hexadecimal digits (3GPP TS 23.040, 9.2.3.24.1 and 9.2.3.24.8); null: it joins nothing. */
export function partOf(header: string): PartOf | null {
  for (const { kind, octets } of elementsOf(Buffer.from(header, 'hex'))) {
    if (kind === CONCATENATION_8 && octets.length === 3)
      return readPart(octets.readUInt8(0), octets.subarray(1));
    if (kind === CONCATENATION_16 && octets.length === 4)
      return readPart(octets.readUInt16BE(0), octets.subarray(2));
  }
  return null;
}

function elementsOf(header: Buffer): { kind: number | undefined; octets: Buffer }[] {
  const elements: { kind: number | undefined; octets: Buffer }[] = [];
  for (let at = 1; at + 1 < header.length;) {
    const end = at + 2 + header.readUInt8(at + 1);
    elements.push({ kind: header[at], octets: header.subarray(at + 2, end) });
    at = end;
  }
  return elements;
}

function readPart(reference: number, [total = 0, part = 0]: Buffer): PartOf | null {
  return total > 1 && part > 0 && part <= total ? { reference, total, part } : null;
}
