import { encodeText, type Charset } from './charset.ts';
import { DATA_CODING, type CharsetTable } from './data-coding.ts';
import { ESCAPE } from './gsm0338.ts';

/** One text as the network carries it. The only function that decides this is `segmentText`. */
export interface SegmentedText {
  readonly charset: Charset;
  readonly dataCoding: number;
  /** The octets of each part, without user data header. One part is a message without header. */
  readonly segments: readonly Buffer[];
}

interface Limits {
  /** Octets of a message that stands alone. */
  readonly single: number;
  /** Octets of a part beside a header with an 8-bit reference (spec smpp §5.36). */
  readonly part: number;
}

const SEPTETS: Limits = { single: 160, part: 153 };
const OCTETS: Limits = { single: 140, part: 134 };

/** UDH holds the number of parts in one octet. */
const MAX_SEGMENTS = 255;

/**
 * Decides how a text is sent: the bind's default alphabet when that has every character, else UTF-16, in as few
 * parts as fit 140 octets of air interface. Never cuts inside an escape pair, a surrogate pair or, in UTF-16, a
 * grapheme. Null when the text needs more than 255 parts.
 */
export function segmentText(text: string, table: CharsetTable): SegmentedText | null {
  const preferred = table[DATA_CODING.DEFAULT] ?? 'gsm0338';
  const octets = encodeText(preferred, text);
  const coded: SegmentedText =
    octets === null
      ? { charset: 'utf-16be', dataCoding: DATA_CODING.UCS2, segments: cutUtf16(text) }
      : {
          charset: preferred,
          dataCoding: DATA_CODING.DEFAULT,
          segments: isUtf16(preferred) ? cutUtf16(text) : cutOctets(octets, preferred),
        };
  return coded.segments.length > MAX_SEGMENTS ? null : coded;
}

function isUtf16(charset: Charset): boolean {
  return charset === 'ucs2' || charset === 'utf-16be';
}

function cutOctets(octets: Buffer, charset: Charset): Buffer[] {
  const limits = charset === 'gsm0338' || charset === 'ascii' ? SEPTETS : OCTETS;
  if (octets.length <= limits.single) return [octets];
  const segments: Buffer[] = [];
  for (let start = 0; start < octets.length;) {
    const end = endOfPart(octets, start + limits.part, charset);
    segments.push(octets.subarray(start, end));
    start = end;
  }
  return segments;
}

/** The last place at or before `wanted` where a part of these octets may end. */
function endOfPart(octets: Buffer, wanted: number, charset: Charset): number {
  if (wanted >= octets.length) return octets.length;
  let end = wanted;
  if (charset === 'gsm0338' && octets[end - 1] === ESCAPE) end -= 1;
  if (charset === 'utf-8') while (((octets[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

function cutUtf16(text: string): Buffer[] {
  if (text.length * 2 <= OCTETS.single) return [utf16(text)];
  const most = OCTETS.part / 2;
  const segments: Buffer[] = [];
  let part = '';
  for (const { segment } of graphemes.segment(text)) {
    // A grapheme longer than a whole part has to be cut: then between code points.
    for (const piece of segment.length > most ? segment : [segment]) {
      if (part.length + piece.length > most) {
        segments.push(utf16(part));
        part = '';
      }
      part += piece;
    }
  }
  segments.push(utf16(part));
  return segments;
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}
