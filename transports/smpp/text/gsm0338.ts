/** GSM 03.38 (3GPP TS 23.038 section 6.2.1): one septet per octet, unpacked, as SMPP carries it. */

/** The 128 positions in order; 0x1B is the escape to the extension table and stands for itself here. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅå' +
  'Δ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ' +
  ' !"#¤%&\'()*+,-./' +
  '0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNO' +
  'PQRSTUVWXYZÄÖÑÜ§' +
  '¿abcdefghijklmno' +
  'pqrstuvwxyzäöñüà';

const EXTENSION: readonly (readonly [number, string])[] = [
  [0x0a, '\f'],
  [0x14, '^'],
  [0x28, '{'],
  [0x29, '}'],
  [0x2f, '\\'],
  [0x3c, '['],
  [0x3d, '~'],
  [0x3e, ']'],
  [0x40, '|'],
  [0x65, '€'],
];

export const ESCAPE = 0x1b;
const NOT_THERE = 0xffff;
/** Marks a code in TO_GSM as one of the extension table. */
const EXTENDED = 0x100;
/** Every character of both tables but the euro and the Greek letters is below this. */
const LATIN = 0x100;

const FROM_EXTENSION: readonly (string | undefined)[] = Array.from(
  { length: 128 },
  (_, code) => EXTENSION.find(([extended]) => extended === code)?.[1],
);

const TO_GSM = new Map<number, number>();
for (let code = 0; code < BASIC.length; code += 1) {
  if (code !== ESCAPE) TO_GSM.set(BASIC.charCodeAt(code), code);
}
for (const [code, character] of EXTENSION) TO_GSM.set(character.charCodeAt(0), EXTENDED | code);

/** The same for the characters that nearly every text consists of: an index is faster than a map. */
const TO_GSM_LATIN = Uint16Array.from({ length: LATIN }, (_, unit) => TO_GSM.get(unit) ?? NOT_THERE);

function gsmCode(unit: number): number {
  return (unit < LATIN ? TO_GSM_LATIN[unit] : TO_GSM.get(unit)) ?? NOT_THERE;
}

/** The septets of a text, two for a character of the extension table; null when the alphabet lacks a character. */
export function encodeGsm(text: string): Buffer | null {
  const octets = Buffer.allocUnsafe(text.length * 2);
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = gsmCode(text.charCodeAt(index));
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

export interface DecodedGsm {
  readonly text: string;
  /** Octets had their eighth bit set, which this alphabet does not know; they were read as Latin-1. */
  readonly lossy: boolean;
}

/**
 * Reads septets. An escape before a code that the extension table lacks shows the basic character, a double escape
 * a space (TS 23.038 section 6.2.1.1).
 */
export function decodeGsm(octets: Buffer): DecodedGsm {
  let text = '';
  let lossy = false;
  let escaped = false;
  for (const octet of octets) {
    if (octet > 0x7f) {
      lossy = true;
      text += String.fromCharCode(octet);
      escaped = false;
    } else if (escaped) {
      text += octet === ESCAPE ? ' ' : (FROM_EXTENSION[octet] ?? BASIC.charAt(octet));
      escaped = false;
    } else if (octet === ESCAPE) {
      escaped = true;
    } else {
      text += BASIC.charAt(octet);
    }
  }
  return { text: escaped ? `${text} ` : text, lossy };
}
