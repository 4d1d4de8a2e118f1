/**
 * What the libraries find where Node has its globals. The bundler puts these in place of the free names in the
 * libraries' code; the app sees none of them.
 */
import { Buffer } from 'vumi:packages';
import { isFinite } from '../primordials.ts';
import { later, laterBy } from './later.ts';

interface Timer {
  cancelled: boolean;
}

type Task = (...args: unknown[]) => void;

function setTimeout(task: Task, milliseconds?: unknown, ...args: unknown[]): Timer {
  const timer: Timer = { cancelled: false };
  const run = (): void => {
    if (!timer.cancelled) task(...args);
  };
  laterBy(isFinite(milliseconds) ? (milliseconds as number) : 0, run);
  return timer;
}

function clearTimeout(timer: Timer | undefined): void {
  if (timer !== undefined) timer.cancelled = true;
}

function setImmediate(task: Task, ...args: unknown[]): Timer {
  return setTimeout(task, 0, ...args);
}

const process = {
  env: {},
  cwd: (): string => '/',
  nextTick: (task: Task, ...args: unknown[]): void => later(() => task(...args)),
};

/** lodash 2.4 takes for the global object only one that has itself as its member `global`. */
const global = Object.create(globalThis) as Record<string, unknown>;
global['global'] = global;

export { Buffer, clearTimeout, global, process, setImmediate, setTimeout };
