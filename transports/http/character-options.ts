import { charactersOf, UNSUPPORTED_CHARACTERS, type NetworkCharacters } from '@vumi/core/text';
import { z } from 'zod';

/** Which characters a network of telephones has, and what becomes of others (spec channels §1.7, §1.9). */
export const characterOptions = {
  alphabet: z
    .enum(['any', 'gsm0338', 'latin1', 'ascii'])
    .default('any')
    .describe(
      'Characters that the network has: those of GSM 03.38, of ISO 8859-1, of ASCII, or any. Default: any that the provider is known to have',
    ),
  unsupported_characters: z
    .enum(UNSUPPORTED_CHARACTERS)
    .default('transliterate')
    .describe(
      'What becomes of other characters: plainer ones in their place, such as for quotes, dashes and spaces, and a text with others is refused; `replace`: a question mark for those others; `reject`: a text with any is refused. Default: transliterate',
    ),
} as const;

const schema = z.object(characterOptions);
export type CharacterConfig = z.infer<typeof schema>;

/** Undefined: all. `has`: what the provider is known to have; absent: all. */
export function networkCharacters(
  { alphabet = 'any', unsupported_characters: unsupported = 'transliterate' }: Partial<CharacterConfig>,
  has?: NetworkCharacters['has'],
): NetworkCharacters | undefined {
  if (alphabet === 'any') return has === undefined ? undefined : { has, unsupported };
  const inAlphabet = charactersOf(alphabet);
  const isBoth: NetworkCharacters['has'] = (character) => inAlphabet(character) && has?.(character) !== false;
  return { has: isBoth, unsupported };
}
