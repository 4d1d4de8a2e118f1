import { readdir } from 'node:fs';
import { setPriority } from 'node:os';

/** Enough that whoever only passes messages on is served first; few enough that guests still get their work done. */
const NICENESS = 5;

/**
 * Lets the threads on which guests burn CPU stand back behind the runner's own thread, which passes messages on and
 * runs the quick apps. On Linux a thread has a priority of its own; elsewhere this does nothing.
 */
export function calmGuests(pid: number): void {
  readdir(`/proc/${pid}/task`, (error, threads) => {
    if (error !== null) return;
    for (const thread of threads) {
      if (Number(thread) !== pid) calm(Number(thread));
    }
  });
}

function calm(thread: number): void {
  try {
    setPriority(thread, NICENESS);
  } catch {
    // The thread has ended, or we may not: it keeps its priority.
  }
}
