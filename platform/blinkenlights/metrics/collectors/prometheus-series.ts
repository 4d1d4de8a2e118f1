import type { Clock } from '@vumi/core';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Aggregated } from '../collector.ts';

/** Metrics that are kept; further ones are counted and left out. */
const MOST_SERIES = 10_000;
/** What has had no value for so long is gone: Prometheus, too, forgets a series after 5 minutes. */
const FORGET_MS = 5 * 60_000;

interface Series {
  readonly metric: string;
  readonly aggregator: string;
  /** Of sums all there were, of others the last. */
  value: number;
  seenAt: number;
}

/**
 * Aggregates as Prometheus takes them: a sum becomes a counter that grows (`vumi_w_count_total`), so that `rate` works
 * and no scrape misses one; others are gauges with their last value (`vumi_w_time_avg`). The label `metric` is the whole
 * name, since two names may become one when what Prometheus does not allow becomes "_".
 */
export class PrometheusSeries {
  readonly #clock: Clock;
  readonly #series = new Map<string, Series>();
  #leftOut = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#series.size;
  }

  get leftOut(): number {
    return this.#leftOut;
  }

  add({ name, value }: Aggregated): void {
    const dot = name.lastIndexOf('.');
    const [metric, aggregator] = dot === -1 ? [name, 'last'] : [name.slice(0, dot), name.slice(dot + 1)];
    const known = this.#series.get(name);
    if (known === undefined) {
      if (this.#series.size >= MOST_SERIES) this.#leftOut += 1;
      else this.#series.set(name, { metric, aggregator, value, seenAt: this.#clock() });
      return;
    }
    known.value = aggregator === 'sum' ? known.value + value : value;
    known.seenAt = this.#clock();
  }

  /** Prometheus' text format. */
  async show(): Promise<string> {
    this.#forget();
    const registry = new Registry();
    const families = Map.groupBy(this.#series.values(), familyOf);
    for (const [name, members] of families) {
      const options = {
        name,
        help: `Vumi's metric ${members[0]?.metric ?? ''}`,
        labelNames: ['metric'],
        registers: [registry],
      };
      if (name.endsWith('_total')) {
        const counter = new Counter(options);
        for (const { metric, value } of members) counter.inc({ metric }, Math.max(0, value));
      } else {
        const gauge = new Gauge(options);
        for (const { metric, value } of members) gauge.set({ metric }, value);
      }
    }
    return registry.metrics();
  }

  /** Sums stay: a counter that came back from nothing would look like a restart. */
  #forget(): void {
    const before = this.#clock() - FORGET_MS;
    for (const [name, { aggregator, seenAt }] of this.#series)
      if (aggregator !== 'sum' && seenAt < before) this.#series.delete(name);
  }
}

function familyOf({ metric, aggregator }: Series): string {
  const safe = metric.replaceAll(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_');
  if (aggregator === 'sum') return safe.endsWith('_total') ? safe : `${safe}_total`;
  // A gauge may not be called like a counter.
  return `${safe}_${aggregator.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`;
}
