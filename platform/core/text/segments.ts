import { gsmUnits, measureOf, type Measure, type TextAlphabet } from './alphabet.ts';
import { spellText, type NetworkCharacters } from './characters.ts';
import { cutText } from './cut-text.ts';
import { languageId, NO_SHIFT, type NationalLanguage, type Shift } from './national-languages.ts';
import { LOCKING_TABLES } from './national-tables.ts';

/** What a bind allows; everything has the default that most SMSCs want. */
export interface TextOptions {
  /** The SMSC's default alphabet. A text that it lacks a character for is sent as UCS-2. Default: `gsm0338`. */
  readonly alphabet?: TextAlphabet;
  /** Languages whose tables may be used where that saves a segment; phones must know them. Default: none. */
  readonly languages?: readonly NationalLanguage[];
  /** Bits of the number that the segments of one message share. Default: 8. */
  readonly referenceBits?: 8 | 16;
  /** Octets of other elements in the header of every segment, such as ports. Default: 0. */
  readonly headerOctets?: number;
  /** Of a network that does not take all: a text is spelled with them first. Default: all. */
  readonly characters?: NetworkCharacters | undefined;
}

/** How a text is sent. `segmentText` alone decides that: for the wire, previews, bills and apps. */
export interface Segmentation {
  readonly alphabet: TextAlphabet;
  readonly shift: Shift;
  /** The pieces of the text, in order; at least one. */
  readonly segments: readonly string[];
  /** Units of the alphabet that one segment holds: septets, octets, or UTF-16 units. */
  readonly room: number;
}

/** The header holds the number of segments in one octet. */
export const MAX_SEGMENTS = 255;

const SHIFT_ELEMENT = 3;
const CONCATENATION_ELEMENT = { 8: 5, 16: 6 } as const;

/**
 * Decides alphabet and segments: the bind's default alphabet when it has every character, else a national table where
 * that takes fewer segments than UCS-2, else UCS-2. No segment ends inside an escape, a surrogate pair, or a grapheme
 * that fits into one. The result may have more than `MAX_SEGMENTS`, which cannot be sent; a text that the network has no
 * characters for is segmented as it is.
 */
export function segmentText(given: string, options: TextOptions = {}): Segmentation {
  const { alphabet = 'gsm0338' } = options;
  const text = spellText(given, options.characters) ?? given;
  const measure = measureOf(alphabet);
  if (text === '' || measure.units(text) > 0)
    return segmentIn({ alphabet, measure, shift: NO_SHIFT }, text, options);
  const fallback = segmentIn(
    { alphabet: 'ucs2', measure: measureOf('ucs2'), shift: NO_SHIFT },
    text,
    options,
  );
  if (alphabet !== 'gsm0338' || fallback.segments.length === 1) return fallback;
  return cheapestNational(text, options, fallback);
}

interface Way {
  readonly alphabet: TextAlphabet;
  readonly measure: Measure;
  readonly shift: Shift;
}

function segmentIn({ alphabet, measure, shift }: Way, text: string, options: TextOptions): Segmentation {
  const { referenceBits = 8, headerOctets = 0 } = options;
  const elements = headerOctets + shiftOctets(shift);
  const single = measure.room(elements === 0 ? 0 : elements + 1);
  if (measure.units(text) <= single) return { alphabet, shift, segments: [text], room: single };
  const room = measure.room(elements + CONCATENATION_ELEMENT[referenceBits] + 1);
  return { alphabet, shift, segments: cutText(text, room, measure.units), room };
}

function shiftOctets({ locking, single }: Shift): number {
  return (locking === 0 ? 0 : SHIFT_ELEMENT) + (single === 0 ? 0 : SHIFT_ELEMENT);
}

/** Fewer phones know national tables than UCS-2: they are used only where they save a segment. */
function cheapestNational(text: string, options: TextOptions, fallback: Segmentation): Segmentation {
  let best = fallback;
  for (const shift of shiftsFor(text, options.languages ?? [])) {
    const measure = { room: measureOf('gsm0338').room, units: (piece: string) => gsmUnits(piece, shift) };
    const segmentation = segmentIn({ alphabet: 'gsm0338', measure, shift }, text, options);
    if (segmentation.segments.length < best.segments.length) best = segmentation;
  }
  return best;
}

/** The pairs of tables that have every character of the text; those with the shortest header first. */
function shiftsFor(text: string, languages: readonly NationalLanguage[]): Shift[] {
  if (languages.length === 0) return [];
  const characters = [...new Set(text.split(''))].join('');
  const ids = languages.map(languageId);
  const locking = ids.filter((id) => LOCKING_TABLES[id] !== undefined);
  const pairs = [0, ...locking].flatMap((lock) => [0, ...ids].map((single) => ({ locking: lock, single })));
  return pairs
    .filter((shift) => shiftOctets(shift) > 0 && gsmUnits(characters, shift) > 0)
    .sort((a, b) => shiftOctets(a) - shiftOctets(b) || strangeness(a) - strangeness(b));
}

/** Two tables of one language before two of different ones, which phones may not expect. */
function strangeness({ locking, single }: Shift): number {
  return locking === single ? 0 : 1;
}
