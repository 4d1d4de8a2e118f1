import { measureOf, type TextAlphabet } from './alphabet.ts';
import { swapFor } from './swaps.ts';

/** What may become of characters that a network has none for (spec channels §1.7). */
export const UNSUPPORTED_CHARACTERS = ['transliterate', 'replace', 'reject'] as const;

/** The characters of a network that does not take all. */
export interface NetworkCharacters {
  /** Of one character. */
  readonly has: (character: string) => boolean;
  /**
   * `transliterate`: plainer text in their place, and a text with others is refused; `replace`: a question mark for
   * those others; `reject`: a text with any is refused. Default: transliterate.
   */
  readonly unsupported?: (typeof UNSUPPORTED_CHARACTERS)[number];
}

/** Whether an alphabet has a character. */
export function charactersOf(alphabet: TextAlphabet): NetworkCharacters['has'] {
  const { units } = measureOf(alphabet);
  return (character) => units(character) > 0;
}

/** The text as it is written with the network's characters; null: it cannot be. Absent characters: all. */
export function spellText(text: string, characters: NetworkCharacters | undefined): string | null {
  if (characters === undefined) return text;
  let spelled = '';
  for (const character of text) {
    const kept = characters.has(character) ? character : substitute(character, characters);
    if (kept === null) return null;
    spelled += kept;
  }
  return spelled;
}

function substitute(
  character: string,
  { has, unsupported = 'transliterate' }: NetworkCharacters,
): string | null {
  if (unsupported === 'reject') return null;
  const swap = swapFor(character, (text) => Array.from(text).every((one) => has(one)));
  return swap ?? (unsupported === 'replace' ? '?' : null);
}
