import type { ThreadReading, ThreadTimes } from './threads.ts';

/** What a process was given since a meter began. */
export interface Given {
  readonly elapsedMs: number;
  /** Of that, what the machine did not give: it waited for a processor, or whoever judges it did. Never more than all. */
  readonly lostMs: number;
}

/** Measures what a process is given from the moment it was made. */
export interface Meter {
  read(): Given;
}

/** What a judgement by time asks of the machine. Tests have one of their own (testing/fake-machine.ts). */
export interface Machine {
  /** Milliseconds of a clock that is never put back. */
  now(): number;
  /**
   * The same clock, but it stands still while this process is not given a processor or its event loop is held up:
   * two stamps of it tell how long this process could have acted in between.
   */
  given(): number;
  /** For a process by its id, together with this one, which judges it; without an id for this one alone. */
  meter(pid?: number): Meter;
  /** What the first thread of a process has had so far; null where the system does not tell or it has ended. */
  times(pid: number): ThreadTimes | null;
  /** The same, with whether it runs or waits to run at this moment. Costs twice as much. */
  thread(pid: number): ThreadReading | null;
  /** Calls back once after so many milliseconds, as `setTimeout`; keeps no process alive. Disposing calls it off. */
  after(ms: number, callback: () => void): Disposable;
}
