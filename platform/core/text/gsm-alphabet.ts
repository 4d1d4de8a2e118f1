/** GSM 03.38 and its national language tables (3GPP TS 23.038 section 6.2.1): one septet per octet, unpacked. */
import type { Shift } from './national-languages.ts';
import { LOCKING_TABLES, SINGLE_SHIFT_TABLES } from './national-tables.ts';

/** The 128 positions in order; a blank where the escape is. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅå' +
  'Δ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ' +
  ' !"#¤%&\'()*+,-./' +
  '0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNO' +
  'PQRSTUVWXYZÄÖÑÜ§' +
  '¿abcdefghijklmno' +
  'pqrstuvwxyzäöñüà';

const EXTENSION =
  '          \f     ' +
  '    ^           ' +
  '        {}     \\' +
  '            [~] ' +
  '|               ' +
  '                ' +
  '     €          ' +
  '                ';

export const ESCAPE = 0x1b;
const SPACE = 0x20;
const TABLE_SIZE = 128;
/** What a code of the second table has added to it: it is written as two septets. */
const EXTENDED = 0x100;
const NOT_THERE = -1;
/** Most characters of most texts: an index is faster than a map. */
const LATIN = 0x100;

export interface DecodedSeptets {
  readonly text: string;
  /** Octets had their eighth bit set, which this alphabet does not know; they were read as Latin-1. */
  readonly lossy: boolean;
}

/** One pair of tables: a basic one, and one for what follows an escape. */
export class GsmAlphabet {
  readonly #basic: string;
  readonly #extension: string;
  readonly #latin = new Int16Array(LATIN).fill(NOT_THERE);
  readonly #others = new Map<number, number>();

  /** Tables of languages that are not there are those of GSM 03.38 (TS 23.040 section 9.2.3.24.15). */
  constructor({ locking, single }: Shift) {
    this.#basic = LOCKING_TABLES[locking] ?? BASIC;
    this.#extension = SINGLE_SHIFT_TABLES[single] ?? EXTENSION;
    for (let code = 0; code < TABLE_SIZE; code += 1) this.#add(this.#extension, code, EXTENDED | code);
    // A character of both tables is cheaper in the basic one.
    for (let code = 0; code < TABLE_SIZE; code += 1) this.#add(this.#basic, code, code);
  }

  /** Septets of a UTF-16 unit: 1 or 2, or 0 when the alphabet lacks it. */
  septetsOf(unit: number): number {
    const code = this.#codeOf(unit);
    if (code === NOT_THERE) return 0;
    return code >= EXTENDED ? 2 : 1;
  }

  /** The septets of a text; null when the alphabet lacks a character. */
  encode(text: string): Uint8Array | null {
    const octets = new Uint8Array(text.length * 2);
    let length = 0;
    for (let index = 0; index < text.length; index += 1) {
      const code = this.#codeOf(text.charCodeAt(index));
      if (code === NOT_THERE) return null;
      if (code >= EXTENDED) {
        octets[length] = ESCAPE;
        length += 1;
      }
      octets[length] = code & 0x7f;
      length += 1;
    }
    return octets.subarray(0, length);
  }

  /**
   * Reads septets. An escape before a code that the second table lacks shows the basic character, a double escape a
   * space (TS 23.038 section 6.2.1.1).
   */
  decode(octets: Uint8Array): DecodedSeptets {
    let text = '';
    let lossy = false;
    let escaped = false;
    for (const octet of octets) {
      if (octet === ESCAPE && !escaped) {
        escaped = true;
        continue;
      }
      lossy ||= octet > 0x7f;
      text += octet > 0x7f ? String.fromCharCode(octet) : this.#characterOf(octet, escaped);
      escaped = false;
    }
    return { text: escaped ? `${text} ` : text, lossy };
  }

  #characterOf(code: number, escaped: boolean): string {
    const extended = escaped ? this.#extension.charAt(code) : ' ';
    return extended === ' ' ? this.#basic.charAt(code) : extended;
  }

  #codeOf(unit: number): number {
    return (unit < LATIN ? this.#latin[unit] : this.#others.get(unit)) ?? NOT_THERE;
  }

  #add(table: string, code: number, value: number): void {
    const unit = table.charCodeAt(code);
    // A blank is a gap, but for the space itself.
    if (unit === SPACE && value !== SPACE) return;
    if (unit < LATIN) this.#latin[unit] = value;
    else this.#others.set(unit, value);
  }
}

const alphabets = new Map<number, GsmAlphabet>();

/** Made when first asked for: most binds know no languages. */
export function gsmAlphabet(shift: Shift): GsmAlphabet {
  const key = shift.locking * LATIN + shift.single;
  let alphabet = alphabets.get(key);
  if (alphabet === undefined) {
    alphabet = new GsmAlphabet(shift);
    alphabets.set(key, alphabet);
  }
  return alphabet;
}
