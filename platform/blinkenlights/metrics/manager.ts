import { VumiError, type Clock, type Logger } from '@vumi/core';
import { encodeDatapoints } from './datapoint.ts';
import { Count, Metric, Timer } from './metric.ts';

export interface MetricPorts {
  /** Sends a metric message to whoever aggregates it; without anybody it goes nowhere. */
  readonly publish: (body: string) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface MetricManagerOptions {
  /** What the names of its metrics begin with, such as `vumi.worker0.`. */
  readonly prefix: string;
  /** Seconds between two publications. Default: 5, as in Vumi */
  readonly publishInterval?: number;
}

/** Starts a manager that publishes at each interval, for the first time after one. */
export function startMetricManager(options: MetricManagerOptions, ports: MetricPorts): MetricManager {
  return new PublishingManager(options, ports);
}

/** The metrics of a worker: holds them, and publishes their values (spec vumi-core §7). Disposal publishes the rest. */
export interface MetricManager extends AsyncDisposable {
  /** A metric of this name; `aggregators`: default their mean. `config.invalid` when there is one already. */
  metric(name: string, aggregators?: readonly string[]): Metric;
  count(name: string): Count;
  timer(name: string, aggregators?: readonly string[]): Timer;
  /**
   * One value of a metric that is not there otherwise, to be published next time. What is only summed is added up by
   * the second.
   */
  oneshot(name: string, value: number, aggregators?: readonly string[]): void;
  /** Publishes what there is now. Never rejects: metrics are of the moment, what finds no way is dropped and logged. */
  publish(): Promise<void>;
}

/** Datapoints of one message. */
const MOST_AT_ONCE = 500;

const MEAN: readonly string[] = ['avg'];

class PublishingManager implements MetricManager {
  readonly #prefix: string;
  readonly #ports: MetricPorts;
  readonly #metrics = new Map<string, Metric>();
  readonly #oneshots = new Map<string, Metric>();
  readonly #timer: NodeJS.Timeout;

  constructor({ prefix, publishInterval = 5 }: MetricManagerOptions, ports: MetricPorts) {
    this.#prefix = prefix;
    this.#ports = ports;
    this.#timer = setInterval(() => void this.publish(), publishInterval * 1000).unref();
  }

  metric(name: string, aggregators: readonly string[] = MEAN): Metric {
    return this.#register(new Metric(name, aggregators, this.#ports.clock));
  }

  count(name: string): Count {
    return this.#register(new Count(name, this.#ports.clock));
  }

  timer(name: string, aggregators?: readonly string[]): Timer {
    return this.#register(new Timer(name, this.#ports.clock, aggregators));
  }

  oneshot(name: string, value: number, aggregators: readonly string[] = MEAN): void {
    const key = `${name} ${aggregators.join()}`;
    let metric = this.#oneshots.get(key);
    if (metric === undefined) {
      const isSum = aggregators.length === 1 && aggregators[0] === 'sum';
      metric = isSum ? new Count(name, this.#ports.clock) : new Metric(name, aggregators, this.#ports.clock);
      this.#oneshots.set(key, metric);
    }
    if (metric instanceof Count) metric.inc(value);
    else metric.set(value);
  }

  async publish(): Promise<void> {
    const all = [...this.#oneshots.values(), ...this.#metrics.values()];
    if (all.length === 0) return;
    // Those without values are named too: Vumi's consumers see which metrics there are.
    const datapoints = all.map((metric) => metric.take(this.#prefix));
    this.#oneshots.clear();
    try {
      for (let from = 0; from < datapoints.length; from += MOST_AT_ONCE)
        await this.#ports.publish(encodeDatapoints(datapoints.slice(from, from + MOST_AT_ONCE)));
    } catch (error) {
      this.#ports.logger.warn({ err: error }, 'metrics not published');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.publish();
  }

  #register<M extends Metric>(metric: M): M {
    const { name } = metric;
    if (this.#metrics.has(name)) {
      throw new VumiError('config.invalid', `there is a metric "${this.#prefix}${name}" already: rename one`);
    }
    this.#metrics.set(name, metric);
    return metric;
  }
}
