/**
 * Languages with tables of their own in 3GPP TS 23.038 section 6.2.1.2.4. Their identifiers on the wire are 1 to 13, in
 * this order.
 */
export const NATIONAL_LANGUAGES = [
  'turkish',
  'spanish',
  'portuguese',
  'bengali',
  'gujarati',
  'hindi',
  'kannada',
  'malayalam',
  'oriya',
  'punjabi',
  'tamil',
  'telugu',
  'urdu',
] as const;
export type NationalLanguage = (typeof NATIONAL_LANGUAGES)[number];

/** Which tables a text is written in, by language identifier; 0 is the alphabet of GSM 03.38 itself. */
export interface Shift {
  readonly locking: number;
  readonly single: number;
}

export const NO_SHIFT: Shift = { locking: 0, single: 0 };

/** The identifier on the wire: 1 to 13. */
export function languageId(language: NationalLanguage): number {
  return NATIONAL_LANGUAGES.indexOf(language) + 1;
}

/** The language of an identifier, or null for 0 and what the specification reserves. */
export function languageOf(id: number): NationalLanguage | null {
  return NATIONAL_LANGUAGES[id - 1] ?? null;
}
