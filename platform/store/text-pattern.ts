import { withoutNul } from './array-parameter.ts';

const PLAIN = /^[0-9A-Za-z\u0080-\u{10FFFF}]$/u;

/**
 * A regular expression of Postgres for texts that contain this one, in capitals or not. The server's own way to ignore
 * case knows only ASCII where its locale is C, as the embedded one's is.
 */
export function containsPattern(text: string): string {
  return Array.from(withoutNul(text), matchCharacter).join('');
}

function matchCharacter(character: string): string {
  if (!PLAIN.test(character)) return `\\${character}`;
  const cases = [character.toLowerCase(), character.toUpperCase()].filter((one) => PLAIN.test(one));
  const forms = [...new Set([character, ...cases])];
  return forms.length === 1 ? character : `[${forms.join('')}]`;
}
