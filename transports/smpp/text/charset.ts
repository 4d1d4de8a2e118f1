import { gsmAlphabet, NO_SHIFT, type Shift, type TextAlphabet } from '@vumi/core/text';
import type { Filling } from './septets.ts';

/**
 * The character sets that `data_coding_overrides` may name; the names are Vumi's (spec vumi-core §5.1), plus
 * `gsm0338_packed`, eight septets in seven octets, the same with zeros for filling, and `binary`, which is no text at
 * all.
 */
export const CHARSETS = [
  'gsm0338',
  'gsm0338_packed',
  'gsm0338_packed_zero',
  'ascii',
  'latin1',
  'ucs2',
  'utf-16be',
  'utf-8',
  'iso2022_jp',
  'iso8859_5',
  'iso8859_8',
  'shift_jis',
  'euc_kr',
  'binary',
] as const;
export type Charset = (typeof CHARSETS)[number];

export interface DecodedText {
  readonly text: string;
  /** Not every octet was text of the charset: what was not is shown as Latin-1 or as U+FFFD. */
  readonly lossy: boolean;
}

/** WHATWG labels of the charsets that Node's TextDecoder reads for us. */
const DECODER_LABELS = {
  'utf-8': 'utf-8',
  iso2022_jp: 'iso-2022-jp',
  iso8859_5: 'iso-8859-5',
  iso8859_8: 'iso-8859-8',
  shift_jis: 'shift_jis',
  euc_kr: 'euc-kr',
} as const;

/** Charsets that this product also writes. */
export const WRITABLE_CHARSETS = [
  'gsm0338',
  'gsm0338_packed',
  'gsm0338_packed_zero',
  'ascii',
  'latin1',
  'ucs2',
  'utf-16be',
  'utf-8',
] as const satisfies readonly Charset[];
export type WritableCharset = (typeof WRITABLE_CHARSETS)[number];

const ALPHABETS: Readonly<Record<WritableCharset, TextAlphabet>> = {
  gsm0338: 'gsm0338',
  gsm0338_packed: 'gsm0338',
  gsm0338_packed_zero: 'gsm0338',
  ascii: 'ascii',
  latin1: 'latin1',
  ucs2: 'ucs2',
  'utf-16be': 'ucs2',
  'utf-8': 'utf-8',
};

export function isWritable(charset: Charset): charset is WritableCharset {
  return charset in ALPHABETS;
}

/** How a charset fills its last octet; null when its septets are not packed. */
export function fillingOf(charset: Charset): Filling | null {
  if (charset === 'gsm0338_packed') return 'cr';
  return charset === 'gsm0338_packed_zero' ? 'zero' : null;
}

/** How a charset counts and cuts. */
export function alphabetOf(charset: WritableCharset): TextAlphabet {
  return ALPHABETS[charset];
}

/**
 * Reads text leniently: nothing that a subscriber sent may be lost for its coding (spec smpp §5, 33–42). Septets of
 * `gsm0338_packed` are unpacked before, since that takes the length of the header (`unpackSeptets`).
 */
export function decodeText(charset: Charset, octets: Buffer, shift: Shift = NO_SHIFT): DecodedText {
  switch (charset) {
    case 'gsm0338':
    case 'gsm0338_packed':
    case 'gsm0338_packed_zero':
      return gsmAlphabet(shift).decode(octets);
    case 'latin1':
      return { text: octets.toString('latin1'), lossy: false };
    case 'ascii':
      return { text: octets.toString('latin1'), lossy: octets.some((octet) => octet > 0x7f) };
    case 'binary':
      return { text: octets.toString('latin1'), lossy: true };
    case 'ucs2':
    case 'utf-16be':
      return decodeUtf16(octets);
    default:
      return decodeWithLabel(DECODER_LABELS[charset], octets);
  }
}

function decodeUtf16(octets: Buffer): DecodedText {
  const even = octets.length & ~1;
  const text = Buffer.from(octets.subarray(0, even)).swap16().toString('utf16le');
  const formed = text.isWellFormed();
  return { text: formed ? text : text.toWellFormed(), lossy: !formed || even !== octets.length };
}

function decodeWithLabel(label: string, octets: Buffer): DecodedText {
  try {
    return { text: new TextDecoder(label, { fatal: true }).decode(octets), lossy: false };
  } catch {
    return { text: octets.toString('latin1'), lossy: true };
  }
}

/**
 * The octets of a text, septets unpacked; null when the charset lacks a character or is one that this product only
 * reads.
 */
export function encodeText(charset: Charset, text: string, shift: Shift = NO_SHIFT): Buffer | null {
  switch (charset) {
    case 'gsm0338':
    case 'gsm0338_packed':
    case 'gsm0338_packed_zero':
      return asBuffer(gsmAlphabet(shift).encode(text));
    case 'ascii':
      return encodeUpTo(text, 0x7f);
    case 'latin1':
      return encodeUpTo(text, 0xff);
    case 'ucs2':
    case 'utf-16be':
      return Buffer.from(text, 'utf16le').swap16();
    case 'utf-8':
      return Buffer.from(text, 'utf8');
    default:
      return null;
  }
}

function asBuffer(octets: Uint8Array | null): Buffer | null {
  return octets === null ? null : Buffer.from(octets.buffer, octets.byteOffset, octets.length);
}

function encodeUpTo(text: string, greatest: number): Buffer | null {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > greatest) return null;
  return Buffer.from(text, 'latin1');
}
