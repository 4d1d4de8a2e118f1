import { createHash } from 'node:crypto';
import type { Datapoint, TimedValue } from './datapoint.ts';

/** Which time bucket an instant is in: `at` in seconds since the epoch, as `size`. */
export function timeKey(at: number, size: number): number {
  return Math.floor(Math.trunc(at) / size);
}

/** Which of the aggregators gets a metric's values of a time bucket: all that belong together meet there. */
export function aggregatorOf(name: string, key: number, aggregators: number): number {
  const digest = createHash('md5').update(`${name}:${key}`).digest('hex');
  return Number(BigInt(`0x${digest}`) % BigInt(aggregators));
}

/** The values of a datapoint by time bucket. */
export function splitByTime(
  [name, aggregators, values]: Datapoint,
  size: number,
): ReadonlyMap<number, Datapoint> {
  const byKey = new Map<number, TimedValue[]>();
  for (const value of values) {
    const key = timeKey(value[0], size);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [value]);
    else known.push(value);
  }
  return new Map([...byKey].map(([key, own]) => [key, [name, aggregators, own]]));
}
