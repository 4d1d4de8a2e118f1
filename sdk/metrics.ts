/** What becomes of the values of a metric that fall together. */
export type Aggregator = 'sum' | 'avg' | 'min' | 'max' | 'last';

export interface MetricOptions {
  /** A name beside which several apps may fire; the app's own when absent. */
  readonly store?: string;
}

/**
 * Numbers to watch: `GET /accounts/:account/metrics` has them by the minute. Names are a letter, then letters, digits,
 * `.`, `_` or `-`. Values are numbers; NaN and Infinity are refused.
 */
export interface Metrics {
  fire(metric: string, value: number, aggregator: Aggregator, options?: MetricOptions): Promise<void>;

  /**
   * @example
   * await app.metrics.sum('orders', 1);
   */
  sum(metric: string, value: number, options?: MetricOptions): Promise<void>;
  avg(metric: string, value: number, options?: MetricOptions): Promise<void>;
  min(metric: string, value: number, options?: MetricOptions): Promise<void>;
  max(metric: string, value: number, options?: MetricOptions): Promise<void>;
  last(metric: string, value: number, options?: MetricOptions): Promise<void>;

  /**
   * Counts on and on: adds to a counter in the app's state and fires its total as `last`. Resolves to the total.
   *
   * @example
   * await app.metrics.increment('registrations');
   */
  increment(metric: string, by?: number, options?: MetricOptions): Promise<number>;
}
