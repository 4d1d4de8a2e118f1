import { gsmUnits, measureOf, type TextAlphabet } from './alphabet.ts';
import { spellText } from './characters.ts';
import { languageOf, type NationalLanguage } from './national-languages.ts';
import { segmentText, type Segmentation, type TextOptions } from './segments.ts';
import { swapFor } from './swaps.ts';

/** A character that the default alphabet lacks. */
export interface ForeignCharacter {
  readonly character: string;
  /** Where it stands first: counts UTF-16 units from 0. */
  readonly index: number;
  /** How often it comes. */
  readonly count: number;
  /** Plainer text to write instead; null when there is none. */
  readonly swap: string | null;
}

/** What a text costs, and what could be done about it. */
export interface TextPreview {
  readonly encoding: TextAlphabet;
  /** Languages whose national tables are used. */
  readonly languages: readonly NationalLanguage[];
  /** Units are septets, octets, or UTF-16 units, as the encoding has them. */
  readonly segments: readonly { readonly text: string; readonly units: number }[];
  readonly units: number;
  /** How many units one segment holds: 160 GSM characters, or 153 when there are several segments. */
  readonly room: number;
  /** Units that can be added to the last segment. */
  readonly left: number;
  /** The characters that the default alphabet lacks: what makes a text dearer. */
  readonly foreign: readonly ForeignCharacter[];
  /** The text with all swaps made, and its segments; null when that would not make it cheaper. */
  readonly cheaper: { readonly text: string; readonly segments: number } | null;
}

/** Tells what `segmentText` makes of a text. What is told of characters is of the text as the network has it. */
export function previewText(given: string, options: TextOptions = {}): TextPreview {
  const text = spellText(given, options.characters) ?? given;
  const segmentation = segmentText(text, options);
  const { alphabet, shift, room } = segmentation;
  const units =
    alphabet === 'gsm0338' ? (piece: string) => gsmUnits(piece, shift) : measureOf(alphabet).units;
  const segments = segmentation.segments.map((piece) => ({ text: piece, units: units(piece) }));
  const foreign = foreignCharacters(text, measureOf(options.alphabet ?? 'gsm0338').units);
  const languages = [languageOf(shift.locking), languageOf(shift.single)].filter((name) => name !== null);
  return {
    encoding: alphabet,
    languages: [...new Set(languages)],
    segments,
    units: segments.reduce((sum, segment) => sum + segment.units, 0),
    room,
    left: room - (segments.at(-1)?.units ?? 0),
    foreign,
    cheaper: cheaperText(text, { foreign, options, segmentation }),
  };
}

function foreignCharacters(text: string, units: (text: string) => number): ForeignCharacter[] {
  const found = new Map<string, ForeignCharacter>();
  let index = 0;
  for (const character of text) {
    if (units(character) === 0) {
      const known = found.get(character);
      found.set(character, {
        character,
        index: known?.index ?? index,
        count: (known?.count ?? 0) + 1,
        swap: known === undefined ? swapFor(character, (plain) => units(plain) > 0) : known.swap,
      });
    }
    index += character.length;
  }
  return [...found.values()];
}

function cheaperText(
  text: string,
  about: { foreign: readonly ForeignCharacter[]; options: TextOptions; segmentation: Segmentation },
): TextPreview['cheaper'] {
  const swaps = new Map(about.foreign.map(({ character, swap }) => [character, swap ?? character]));
  if (swaps.size === 0) return null;
  const swapped = Array.from(text, (character) => swaps.get(character) ?? character).join('');
  const { length } = segmentText(swapped, about.options).segments;
  return length < about.segmentation.segments.length ? { text: swapped, segments: length } : null;
}
