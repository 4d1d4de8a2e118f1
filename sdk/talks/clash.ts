import type { Question } from './question.ts';
import type { RunOptions } from './run-options.ts';
import { fold, isStop } from './words.ts';

/**
 * Throws where an option takes what would never reach it: a key or a word of `interrupts` (`ours`) that is heeded at the
 * question, or a word that ends the conversation (spec authoring §2.2).
 */
export function checkClash(
  { tag, accepts = [] }: Question,
  ours: readonly string[],
  { stops }: Pick<RunOptions, 'stops'>,
): void {
  if (accepts.length === 0) return;
  const taken = new Set(ours.map(fold));
  for (const word of accepts) {
    const what = taken.has(fold(word))
      ? 'a key or a word of interrupts'
      : stops && isStop(word)
        ? 'a stop word'
        : null;
    if (what === null) continue;
    throw new TypeError(
      `an option of ${tag} accepts "${word}", which is ${what} at this question: give it another word`,
    );
  }
}
