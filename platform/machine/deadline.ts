import type { Given, Machine } from './machine.ts';
import { systemMachine } from './system-machine.ts';

/** Where there is no ceiling of its own: so many limits, and at least so many milliseconds. */
const CEILING_LIMITS = 20;
const CEILING_MS = 60_000;
/** When the limit is not used up yet, it is looked again no sooner than after so long. */
const LOOK_AGAIN_MS = 20;

export interface DeadlineOptions {
  /** Milliseconds that must have been given. */
  readonly limitMs: number;
  /** Milliseconds after which it is over whatever was given, so that nothing hangs for ever. Default: 20 limits, at least a minute. */
  readonly ceilingMs?: number;
  /** The process that has to do it; default: this one. */
  readonly pid?: number;
  /** Default: the real one. */
  readonly machine?: Machine;
}

/** How it was when a deadline passed. */
export interface Expiry extends Given {
  /** Less than the limit was given: the ceiling ended it. Say that the machine is overloaded, not that somebody hangs. */
  readonly machineIsSlow: boolean;
}

/** Disposing of it calls it off. */
export interface Deadline extends Disposable {
  /** Begins anew, as when a sign of life has come. */
  restart(): void;
}

/**
 * A timer for judging: it fires when somebody was *given* so much time and did not use it. What the machine did not
 * give, to him or to this process which judges him, does not count. Fires once, not before the answers that have
 * arrived by then were read, and then at most once more after `restart`.
 */
export function startDeadline(options: DeadlineOptions, onExpired: (expiry: Expiry) => void): Deadline {
  const { limitMs, pid, machine = systemMachine() } = options;
  const ceilingMs = options.ceilingMs ?? Math.max(CEILING_MS, CEILING_LIMITS * limitMs);
  let meter = machine.meter(pid);
  let timer: Disposable | null = null;
  const stop = (): void => {
    timer?.[Symbol.dispose]();
    timer = null;
  };
  const look = (): void => {
    const given = meter.read();
    const leftMs = Math.min(limitMs - (given.elapsedMs - given.lostMs), ceilingMs - given.elapsedMs);
    if (leftMs > 0) timer = machine.after(Math.max(LOOK_AGAIN_MS, Math.ceil(leftMs)), look);
    else timer = machine.after(0, () => expire(given));
  };
  const expire = (given: Given): void => {
    timer = null;
    onExpired({ ...given, machineIsSlow: given.elapsedMs - given.lostMs < limitMs });
  };
  const start = (): void => {
    timer = machine.after(limitMs, look);
  };
  start();
  return {
    restart() {
      stop();
      meter = machine.meter(pid);
      start();
    },
    [Symbol.dispose]: stop,
  };
}

/** Resolves as the promise does, or rejects with what `toError` makes when it takes longer than was given. */
export async function withinGiven<T>(
  promise: Promise<T>,
  options: DeadlineOptions,
  toError: (expiry: Expiry) => Error,
): Promise<T> {
  const expired = Promise.withResolvers<never>();
  using _deadline = startDeadline(options, (expiry) => expired.reject(toError(expiry)));
  return await Promise.race([promise, expired.promise]);
}
