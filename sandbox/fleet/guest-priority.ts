import { readdir } from 'node:fs';
import { setPriority } from 'node:os';

/** Enough that whoever only passes messages on is served first; few enough that guests still get their work done. */
const NICENESS = 5;
/** In quarantine there is nobody else to serve. */
const QUARANTINE_NICENESS = 15;

/**
 * Lets the threads on which guests burn CPU stand back behind the runner's own thread, which passes messages on and
 * runs the quick apps. On Linux a thread has a priority of its own; elsewhere this does nothing.
 */
export function lowerGuestPriority(pid: number, inQuarantine: boolean): void {
  const niceness = inQuarantine ? QUARANTINE_NICENESS : NICENESS;
  readdir(`/proc/${pid}/task`, (error, threads) => {
    if (error !== null) return;
    for (const thread of threads) {
      if (Number(thread) !== pid) lower(Number(thread), niceness);
    }
  });
}

function lower(thread: number, niceness: number): void {
  try {
    setPriority(thread, niceness);
  } catch {
    // The thread has ended, or we may not: it keeps its priority.
  }
}
