/**
 * How texts are sent by SMS. Nothing here needs Node: apps run the same code in their isolates (`@vumi/sdk`), so that
 * what an author is shown is what the wire carries.
 */
export { measureOf, TEXT_ALPHABETS, type Measure, type TextAlphabet } from './alphabet.ts';
export { charactersOf, spellText, UNSUPPORTED_CHARACTERS, type NetworkCharacters } from './characters.ts';
export { ESCAPE, gsmAlphabet, type DecodedSeptets } from './gsm-alphabet.ts';
export {
  languageId,
  languageOf,
  NATIONAL_LANGUAGES,
  NO_SHIFT,
  type NationalLanguage,
  type Shift,
} from './national-languages.ts';
export { previewText, type ForeignCharacter, type TextPreview } from './preview.ts';
export { cutText } from './cut-text.ts';
export { MAX_SEGMENTS, segmentText, type Segmentation, type TextOptions } from './segments.ts';
export { swapFor } from './swaps.ts';
