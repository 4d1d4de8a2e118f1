import type { Clock } from './ports.ts';

/** The answer of `load`, not older than `ms`; who asks meanwhile shares it. A failure is told and forgotten. */
export function keptFor<T>(ms: number, clock: Clock, load: () => Promise<T>): () => Promise<T> {
  let kept: { readonly at: number; readonly answer: Promise<T> } | null = null;
  return () => {
    if (kept !== null && clock() - kept.at < ms) return kept.answer;
    const mine = { at: clock(), answer: load() };
    kept = mine;
    mine.answer.catch(() => {
      if (kept === mine) kept = null;
    });
    return mine.answer;
  };
}
