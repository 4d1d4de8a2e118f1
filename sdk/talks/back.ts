import { START } from './talk.ts';
import { isFinal, type Frame, type Step, type Talk } from './journal.ts';

function lastAnswerIn(steps: readonly Step[]): number {
  return steps.findLastIndex(([kind]) => kind === 'a');
}

/** Nothing that cannot be taken back came after the last answer. */
export function canGoBack(steps: readonly Step[]): boolean {
  const last = lastAnswerIn(steps);
  return last >= 0 && !steps.slice(last).some(isFinal);
}

/** The conversation with the last answer of its open screen taken back; null where there is none. */
export function takenBack(talk: Talk, frames: readonly Frame[]): Talk | null {
  const top = frames.at(-1);
  const last = lastAnswerIn(top?.steps ?? []);
  const answer = top?.steps[last];
  if (top === undefined || answer === undefined) return null;
  return {
    ...talk,
    frames: [...frames.slice(0, -1), { ...top, steps: top.steps.slice(0, last) }],
    answers: talk.answers - 1,
    wait: { ...talk.wait, tag: answer[2], tries: 0, page: 0, lead: '' },
  };
}

/** Nothing was answered yet, of the screen that all begin with. */
export function isAtBeginning([first, ...visits]: readonly Frame[]): boolean {
  return visits.length === 0 && first?.screen === START && lastAnswerIn(first.steps) < 0;
}
