import { setTimeout as pause } from 'node:timers/promises';
import { measureSlowness, patience } from './patience.ts';

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 50;
const GROWTH = 1.2;
/** Of the limit; who waits for what never comes is told so at last. */
const MOST_SLOWNESS = 20;

/**
 * Looks until what it sees holds; fails with what it saw last. The limit is one of a quiet machine: when it has passed,
 * the machine is measured, and a slow one gets so much longer.
 */
export async function eventually<T>(
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean,
  withinMs = 15_000,
): Promise<T> {
  const startedAt = performance.now();
  let allowedMs = withinMs * patience;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * GROWTH)) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() - startedAt > allowedMs) {
      allowedMs = withinMs * Math.min(MOST_SLOWNESS, measureSlowness());
      const waitedMs = performance.now() - startedAt;
      if (waitedMs > allowedMs) {
        const text = JSON.stringify(seen)?.slice(0, 2000);
        throw new Error(`it never held in ${Math.round(waitedMs)} ms; last seen: ${text}`);
      }
    }
    await pause(pauseMs);
  }
}
