import { KEYS } from './menu.ts';
import type { Question } from './question.ts';
import type { RunOptions } from './run-options.ts';
import { fold, helpWordsOf, type Texts } from './words.ts';

/** What is heeded at a question before its options are: words of `interrupts`, and keys. */
interface Ours {
  readonly words: readonly string[];
  readonly keys: readonly string[];
}

/** What is heeded at a question beside what answers it: nothing where it takes all as it is typed. */
export function heededAt(
  { options }: Question,
  interrupts: RunOptions['interrupts'],
  { texts, keys }: { readonly texts: Texts; readonly keys: readonly string[] },
): Ours {
  if (options.literal === true) return { words: [], keys: [] };
  return {
    words: [...Object.keys(interrupts), ...(options.help === undefined ? [] : helpWordsOf(texts))],
    keys,
  };
}

/**
 * Throws where an option takes what would never reach it, by its number, its label or its words: a key or a word of `interrupts`
 * that is heeded at the question, or a word that ends the conversation (spec authoring §2.2).
 */
export function checkClash(
  { tag, answers = [] }: Question,
  ours: Ours,
  { isStop }: Pick<RunOptions, 'isStop'>,
): void {
  if (answers.length === 0) return;
  const whatOf = clashes(ours, isStop);
  for (const [word, option] of answers) {
    const what = whatOf(word);
    if (what === null) continue;
    throw new TypeError(
      `the option "${option}" of ${tag} takes "${word}", which is ${what} at this question: give one of them another word`,
    );
  }
}

function clashes({ words, keys }: Ours, isStop: RunOptions['isStop']): (word: string) => string | null {
  const [interrupts, ofPages] = [new Map(words.map((word) => [fold(word), word])), new Set(keys)];
  return (word) => {
    const interrupt = interrupts.get(fold(word));
    if (interrupt !== undefined) return `a word of help or of interrupts, "${interrupt}",`;
    if (ofPages.has(word)) return `the key for ${nameOf(word)}`;
    return isStop(word) ? 'a stop word' : null;
  };
}

function nameOf(key: string): string {
  return Object.entries(KEYS).find(([, one]) => one === key)?.[0] ?? key;
}
