import type { Aggregator, MetricOptions, Metrics } from '@vumi/sdk';
import { andThen, freeze, text } from './primordials.ts';
import { TurnState } from './state-scope.ts';
import { ask } from './turn-resource.ts';
import type { Turn } from './turn.ts';

/** Where the counters of `increment` are in the app's state. */
const COUNTER = 'metric:';

/** `app.metrics`. */
export class TurnMetrics implements Metrics {
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.#turn = turn;
    freeze(this);
  }

  fire(metric: string, value: number, aggregator: Aggregator, options: MetricOptions = {}): Promise<void> {
    return ask(this.#turn, 'metrics.fire', { metric: text(metric), value, aggregator, store: options.store });
  }

  sum(metric: string, value: number, options?: MetricOptions): Promise<void> {
    return this.fire(metric, value, 'sum', options);
  }

  avg(metric: string, value: number, options?: MetricOptions): Promise<void> {
    return this.fire(metric, value, 'avg', options);
  }

  min(metric: string, value: number, options?: MetricOptions): Promise<void> {
    return this.fire(metric, value, 'min', options);
  }

  max(metric: string, value: number, options?: MetricOptions): Promise<void> {
    return this.fire(metric, value, 'max', options);
  }

  last(metric: string, value: number, options?: MetricOptions): Promise<void> {
    return this.fire(metric, value, 'last', options);
  }

  increment(metric: string, by: number = 1, options?: MetricOptions): Promise<number> {
    const name = text(metric);
    const counter = new TurnState(this.#turn, 'shared').increment(COUNTER + name, by);
    const fired = andThen(counter, (total): unknown => andThen(this.last(name, total, options), () => total));
    return fired as Promise<number>;
  }
}
freeze(TurnMetrics.prototype);
