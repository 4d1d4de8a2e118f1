import { z } from 'zod';

/** Whom a post is to that is to nobody: Vumi's word (spec vumi-core §5.4). */
export const NO_USER = 'NO_USER';

/** What is listened for beside what is to us. The name is Vumi's. */
export const termsOption = z
  .array(z.string().regex(/\S/, 'a word').max(200))
  .max(100)
  .default([])
  .describe(
    'What is heard beside what is to the account: posts with `#word`, with a word, or with all the words of `several words`, whatever their case. Default: none',
  );

/** Words, with what stands before names and tags. */
const WORDS = /[#@]?[\p{L}\p{M}\p{N}_]+/gu;

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().normalize('NFC').match(WORDS) ?? [];
}

/** Whether a post has all the words of one of the terms. A word is found in its tag, and `#tag` in no word. */
export function hasTerm(text: string, terms: readonly string[]): boolean {
  if (terms.length === 0) return false;
  const words = wordsOf(text);
  const all = new Set([...words, ...words.map((word) => word.replace(/^[#@]/, ''))]);
  return terms.some((term) => {
    const wanted = wordsOf(term);
    return wanted.length > 0 && wanted.every((word) => all.has(word));
  });
}

/** `@name`, of a name that somebody may have written without it. */
export function addressOf(name: string): string {
  return `@${name.replace(/^@/, '')}`;
}

/** What a post says to somebody whose names begin it, without them; null where it begins otherwise. */
export function withoutMention(text: string, names: readonly string[]): string | null {
  const lower = text.toLowerCase();
  const name = names.find((one) => {
    const mention = one.toLowerCase();
    return lower.startsWith(mention) && !/^[\p{L}\p{N}_@.-]*[\p{L}\p{N}_]/u.test(lower.slice(mention.length));
  });
  return name === undefined ? null : text.slice(name.length).replace(/^[\s,:.]+/, '');
}
