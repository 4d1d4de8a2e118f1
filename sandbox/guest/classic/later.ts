import { andThen, resolved } from '../primordials.ts';

/** What the run of this realm lends to the libraries' timers. */
export interface Timekeeper {
  /** Calls back when so many milliseconds have passed. */
  wait(milliseconds: number, callback: () => void): void;
  /** Something that nobody waits for has thrown. */
  fail(error: unknown): void;
}

let timekeeper: Timekeeper | null = null;

export function setTimekeeper(keeper: Timekeeper): void {
  timekeeper = keeper;
}

function guarded(task: () => void): () => void {
  return () => {
    try {
      task();
    } catch (error) {
      timekeeper?.fail(error);
    }
  };
}

/** Runs a task after the code that runs now, within the same timed entry. */
export function later(task: () => void): void {
  void andThen(resolved(undefined), guarded(task));
}

/** Runs a task after some time, of which the platform keeps count. */
export function laterBy(milliseconds: number, task: () => void): void {
  if (milliseconds > 0 && timekeeper !== null) timekeeper.wait(milliseconds, guarded(task));
  else later(task);
}
