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
  /**
   * A value, and what becomes of those that fall together.
   *
   * @example
   * await app.metrics.fire('queue', 7, 'max');
   */
  fire(metric: string, value: number, aggregator: Aggregator, options?: MetricOptions): Promise<void>;

  /**
   * Values that are added up.
   *
   * @example
   * await app.metrics.sum('orders', 1);
   */
  sum(metric: string, value: number, options?: MetricOptions): Promise<void>;
  /**
   * Values of which the average counts.
   *
   * @example
   * await app.metrics.avg('age', 24);
   */
  avg(metric: string, value: number, options?: MetricOptions): Promise<void>;
  /**
   * Values of which the least counts.
   *
   * @example
   * await app.metrics.min('price', 99.9);
   */
  min(metric: string, value: number, options?: MetricOptions): Promise<void>;
  /**
   * Values of which the greatest counts.
   *
   * @example
   * await app.metrics.max('basket', 12);
   */
  max(metric: string, value: number, options?: MetricOptions): Promise<void>;
  /**
   * Values of which the last one counts.
   *
   * @example
   * await app.metrics.last('stock', 40);
   */
  last(metric: string, value: number, options?: MetricOptions): Promise<void>;

  /**
   * Counts on and on: adds to a counter in the app's state and fires its total as `last`. Resolves to the total.
   *
   * @example
   * await app.metrics.increment('registrations'); // → 1
   */
  increment(metric: string, by?: number, options?: MetricOptions): Promise<number>;
}
