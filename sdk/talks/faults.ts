import type { Leave } from './talk.ts';

export const HANGS = 'the conversation waits for something that never comes: ask, or return';

/** A way out that was made and not taken. Made where it was: its stack is the place in the author's code. */
export function notReturned({ to }: Leave, screen: string): Error {
  return new Error(`app.${to.kind} must be returned: screen "${screen}" went on after it`);
}

/** A call whose answer the author's code did not wait for; made where it is called. */
export function notAwaited(tag: string): Error {
  return new Error(`a call was not awaited before the next question or the end: ${tag}`);
}

/** A screen returns while it asks: what it does with the answer would be done with a promise. */
export function endedAsking(screen: string, tag: string): Error {
  return new Error(`screen "${screen}" ended while its question, ${tag}, is open: write "await" before it`);
}
