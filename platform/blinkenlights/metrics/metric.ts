import type { Clock } from '@vumi/core';
import type { Datapoint, TimedValue } from './datapoint.ts';

/** Values of one metric between two publications; of more the newest are kept. */
const MOST_VALUES = 1000;

/** Something that is measured (spec vumi-core §7): its values wait here for the next publication. */
export class Metric {
  readonly name: string;
  /** Names of what is to be made of the values of one time bucket, sorted. */
  readonly aggregators: readonly string[];
  readonly #clock: Clock;
  #values: TimedValue[] = [];

  constructor(name: string, aggregators: readonly string[], clock: Clock) {
    this.name = name;
    this.aggregators = aggregators.toSorted();
    this.#clock = clock;
  }

  set(value: number): void {
    if (this.#values.length === MOST_VALUES) this.#values.shift();
    this.#values.push([this.#now(), value]);
  }

  /** The values since the last time, under the name that they travel by. */
  take(prefix: string): Datapoint {
    const values = this.#values;
    this.#values = [];
    return [prefix + this.name, this.aggregators, values];
  }

  /**
   * What is only to be added up may as well be added up here: the values of one second travel as one sum, so that a
   * count takes no more room than its seconds.
   */
  protected add(value: number): void {
    const now = this.#now();
    const last = this.#values.at(-1);
    if (last?.[0] === now) this.#values[this.#values.length - 1] = [now, last[1] + value];
    else this.set(value);
  }

  #now(): number {
    return Math.floor(this.#clock() / 1000);
  }
}

/** How often something happened: its values are added up. */
export class Count extends Metric {
  constructor(name: string, clock: Clock) {
    super(name, ['sum'], clock);
  }

  inc(by = 1): void {
    this.add(by);
  }
}

/** How long something took, in seconds: their mean. */
export class Timer extends Metric {
  readonly #milliseconds: Clock;

  /** `aggregators`: default their mean. */
  constructor(name: string, clock: Clock, aggregators: readonly string[] = ['avg']) {
    super(name, aggregators, clock);
    this.#milliseconds = clock;
  }

  /** Starts a measurement that ends when it is disposed of; any number may run at once, and each counts once. */
  start(): Disposable {
    const since = this.#milliseconds();
    let running = true;
    return {
      [Symbol.dispose]: () => {
        if (running) this.set((this.#milliseconds() - since) / 1000);
        running = false;
      },
    };
  }
}
