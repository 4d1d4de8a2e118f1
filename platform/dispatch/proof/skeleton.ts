import { foldText } from '@vumi/core';
import { LOOKALIKES } from './lookalikes.ts';

const PLAIN: ReadonlyMap<string, string> = new Map(
  Object.entries(LOOKALIKES).flatMap(([plain, letters]) =>
    Array.from(letters, (letter) => [letter, plain] as const),
  ),
);

/** In lower case one cannot tell them from the letter. */
const DIGITS: Readonly<Record<string, string>> = { '0': 'o', '1': 'l', i: 'l', '|': 'l' };

/** A word without what people leave out or write otherwise: case, accents, width, and digits of their own script. */
export function plainWord(word: string): string {
  const letters = foldText(word).normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return letters.replaceAll(/\p{Nd}/gu, (digit) => String(valueOf(digit))).normalize('NFKC');
}

/** What a word looks like: words of one skeleton cannot be told apart (UTS 39). */
export function skeletonOf(word: string): string {
  const seen = Array.from(plainWord(word), (letter) => PLAIN.get(letter) ?? letter);
  return seen.map((letter) => DIGITS[letter] ?? letter).join('');
}

/** Digits of a script stand together, from zero to nine. */
function valueOf(digit: string): number {
  const point = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(point - before - 1))) before += 1;
  return before % 10;
}

/** Whether one letter is wanting, too many or another one, or two have changed places. */
export function isOneSlip(one: string, other: string): boolean {
  const [a, b] = [Array.from(one), Array.from(other)];
  if (Math.abs(a.length - b.length) > 1 || one === other) return false;
  const first = a.findIndex((letter, index) => letter !== b[index]);
  const at = first < 0 ? a.length : first;
  const rest = (letters: readonly string[], from: number): string => letters.slice(from).join('');
  if (a.length > b.length) return rest(a, at + 1) === rest(b, at);
  if (a.length < b.length) return rest(a, at) === rest(b, at + 1);
  const isSwapped = a[at] === b[at + 1] && a[at + 1] === b[at] && rest(a, at + 2) === rest(b, at + 2);
  return isSwapped || rest(a, at + 1) === rest(b, at + 1);
}
