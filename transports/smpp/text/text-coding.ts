import {
  MAX_SEGMENTS,
  segmentText,
  type NationalLanguage,
  type Shift,
  type TextOptions,
} from '@vumi/core/text';
import { alphabetOf, encodeText, isWritable, type Charset, type WritableCharset } from './charset.ts';
import { createCharsetTable, DATA_CODING, type CharsetTable } from './data-coding.ts';

/** How a bind writes texts. */
export interface TextCoding {
  /** The SMSC's default alphabet. */
  readonly charset: Charset;
  readonly dataCoding: number;
  readonly options: TextOptions;
}

export interface TextCodingOptions {
  readonly table?: CharsetTable;
  /** Option `submit_sm_encoding`. */
  readonly charset?: WritableCharset | undefined;
  /** Option `submit_sm_data_coding`. */
  readonly dataCoding?: number | undefined;
  readonly languages?: readonly NationalLanguage[];
  readonly referenceBits?: 8 | 16;
}

/** The alphabet that the options name, else the one that the bind takes data_coding 0 for, else GSM 03.38. */
export function createTextCoding(given: TextCodingOptions = {}): TextCoding {
  const { table = createCharsetTable(), languages = [], referenceBits = 8 } = given;
  const byDefault = table[DATA_CODING.DEFAULT] ?? 'gsm0338';
  const charset = given.charset ?? (isWritable(byDefault) ? byDefault : 'utf-16be');
  return {
    charset,
    dataCoding: given.dataCoding ?? Math.max(table.indexOf(charset), DATA_CODING.DEFAULT),
    options: { alphabet: alphabetOf(charset), languages, referenceBits },
  };
}

/** One text as the network carries it. */
export interface CodedText {
  readonly charset: Charset;
  readonly dataCoding: number;
  readonly shift: Shift;
  /** The octets of each part, without user data header, septets unpacked. One part is a message that stands alone. */
  readonly segments: readonly Buffer[];
}

const DEFAULT_CODING = createTextCoding();

/** The octets of a text as `segmentText` of `@vumi/core/text` cuts it. Null when it takes more than 255 parts. */
export function codeText(
  text: string,
  coding: TextCoding = DEFAULT_CODING,
  headerOctets = 0,
): CodedText | null {
  const options = headerOctets === 0 ? coding.options : { ...coding.options, headerOctets };
  const { alphabet, shift, segments } = segmentText(text, options);
  if (segments.length > MAX_SEGMENTS) return null;
  const preferred = alphabet === coding.options.alphabet;
  const charset = preferred ? coding.charset : 'utf-16be';
  return {
    charset,
    dataCoding: preferred ? coding.dataCoding : DATA_CODING.UCS2,
    shift,
    segments: segments.map((segment) => encodeText(charset, segment, shift) ?? Buffer.alloc(0)),
  };
}

/** Octets that are no text, cut as Latin-1 is. Null when they take more than 255 parts. */
export function codeBinary(
  octets: Buffer,
  coding: TextCoding = DEFAULT_CODING,
  headerOctets = 0,
): CodedText | null {
  const options = { ...coding.options, alphabet: 'latin1' as const };
  const latin1: TextCoding = { charset: 'latin1', dataCoding: DATA_CODING.BINARY, options };
  const coded = codeText(octets.toString('latin1'), latin1, headerOctets);
  return coded === null ? null : { ...coded, charset: 'binary' };
}
