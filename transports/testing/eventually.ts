import { setTimeout as pause } from 'node:timers/promises';

/** Looks until `read` gives something that `accepts` takes; fails with the last reading. */
export async function eventually<T>(
  read: () => T,
  accepts: (value: T) => boolean,
  withinMs = 5000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = read();
    if (accepts(value)) return value;
    if (performance.now() > deadline) throw new Error(`still ${JSON.stringify(value)} after ${withinMs} ms`);
    await pause(5);
  }
}
