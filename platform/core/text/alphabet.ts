import { gsmAlphabet } from './gsm-alphabet.ts';
import { NO_SHIFT } from './national-languages.ts';

/** The alphabets in which texts are sent. */
export const TEXT_ALPHABETS = ['gsm0338', 'ascii', 'latin1', 'utf-8', 'ucs2'] as const;
export type TextAlphabet = (typeof TEXT_ALPHABETS)[number];

/** Octets of user data that one SM carries over the air (3GPP TS 23.040). */
const AIR_OCTETS = 140;

/** How an alphabet fills the air interface. */
export interface Measure {
  /** Units of the alphabet that fit beside a header of so many octets. */
  readonly room: (headerOctets: number) => number;
  /** Units of a text, or 0 when the alphabet lacks a character of it. An empty text is not asked for. */
  readonly units: (text: string) => number;
}

/** Phones get ASCII as GSM 03.38: seven bits each. The header is filled up to a septet (TS 23.040 section 9.2.3.24). */
const septetRoom = (headerOctets: number) => Math.floor(((AIR_OCTETS - headerOctets) * 8) / 7);
const octetRoom = (headerOctets: number) => AIR_OCTETS - headerOctets;

const MEASURES: Readonly<Record<TextAlphabet, Measure>> = {
  gsm0338: { room: septetRoom, units: (text) => gsmUnits(text) },
  ascii: { room: septetRoom, units: (text) => unitsUpTo(text, 0x7f) },
  latin1: { room: octetRoom, units: (text) => unitsUpTo(text, 0xff) },
  'utf-8': { room: octetRoom, units: utf8Length },
  ucs2: { room: (headerOctets) => Math.floor(octetRoom(headerOctets) / 2), units: (text) => text.length },
};

export function measureOf(alphabet: TextAlphabet): Measure {
  return MEASURES[alphabet];
}

function unitsUpTo(text: string, greatest: number): number {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > greatest) return 0;
  return text.length;
}

/** Septets of a text, or 0 when the tables lack a character. */
export function gsmUnits(text: string, shift = NO_SHIFT): number {
  const alphabet = gsmAlphabet(shift);
  let units = 0;
  for (let index = 0; index < text.length; index += 1) {
    const septets = alphabet.septetsOf(text.charCodeAt(index));
    if (septets === 0) return 0;
    units += septets;
  }
  return units;
}

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
