import type { Aggregate } from './aggregators.ts';
import type { Datapoint, TimedValue } from './datapoint.ts';
import { timeKey } from './time-buckets.ts';

/** Values that wait to be aggregated; further ones are refused: they would come from nobody who means well. */
const MOST_WAITING = 1_000_000;

/** What becomes of a value that is not aggregated. */
type Refuse = (reason: string, fields: Readonly<Record<string, unknown>>) => void;

export interface AggregationOptions {
  /** Seconds of one time bucket. */
  readonly size: number;
  /** Seconds after the end of a time bucket for which it is waited for late values. */
  readonly lag: number;
  readonly aggregators: ReadonlyMap<string, Aggregate>;
  readonly refuse: Refuse;
}

interface Collected {
  readonly aggregators: Set<string>;
  readonly values: TimedValue[];
}

/** The time buckets of one aggregator (spec vumi-core §7). All times are seconds since the epoch. */
export class Aggregation {
  readonly #options: AggregationOptions;
  readonly #buckets = new Map<number, Map<string, Collected>>();
  #lastKey: number;
  #waiting = 0;

  constructor(options: AggregationOptions, now: number) {
    this.#options = options;
    this.#lastKey = this.#dueKey(now) - 1;
  }

  /** Values that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The first value says which time bucket the datapoint is of. */
  add([name, aggregators, values]: Datapoint): void {
    const [first] = values;
    if (first === undefined) return;
    if (this.#waiting + values.length > MOST_WAITING) {
      this.#options.refuse('too many values wait to be aggregated', { metric: name });
      return;
    }
    const collected = this.#collected(timeKey(first[0], this.#options.size), name);
    for (const aggregator of aggregators) collected.aggregators.add(aggregator);
    for (const value of values) collected.values.push(value);
    this.#waiting += values.length;
  }

  /** The aggregates of all time buckets that are over; what came too late for its own is refused. */
  takeDue(now: number): Datapoint[] {
    const due = this.#dueKey(now);
    const taken = this.#take((key) => key <= due);
    this.#lastKey = due;
    return taken;
  }

  /** Those of time buckets that are not over too: nobody will come back for them. */
  takeAll(): Datapoint[] {
    return this.#take(() => true);
  }

  #dueKey(now: number): number {
    return timeKey(now - this.#options.lag, this.#options.size) - 1;
  }

  #collected(key: number, name: string): Collected {
    const metrics = this.#buckets.get(key) ?? new Map<string, Collected>();
    this.#buckets.set(key, metrics);
    const collected = metrics.get(name) ?? { aggregators: new Set(), values: [] };
    metrics.set(name, collected);
    return collected;
  }

  #take(isTaken: (key: number) => boolean): Datapoint[] {
    const taken: Datapoint[] = [];
    for (const [key, metrics] of [...this.#buckets].toSorted(([a], [b]) => a - b)) {
      const isLate = key <= this.#lastKey;
      if (!isLate && !isTaken(key)) continue;
      this.#buckets.delete(key);
      const at = key * this.#options.size;
      for (const collected of metrics.values()) this.#waiting -= collected.values.length;
      if (isLate)
        this.#options.refuse('metrics came too late for their time bucket', {
          at,
          metrics: [...metrics.keys()],
        });
      else for (const [name, collected] of metrics) taken.push(...this.#aggregate(name, at, collected));
    }
    return taken;
  }

  #aggregate(name: string, at: number, { aggregators, values }: Collected): Datapoint[] {
    const ordered = values.toSorted(([a], [b]) => a - b).map(([, value]) => value);
    return [...aggregators].flatMap((word): Datapoint[] => {
      const aggregate = this.#options.aggregators.get(word);
      if (aggregate !== undefined) return [[`${name}.${word}`, [], [[at, aggregate(ordered)]]]];
      this.#options.refuse('no such aggregator: give its file under "aggregators"', {
        metric: name,
        aggregator: word,
      });
      return [];
    });
  }
}
