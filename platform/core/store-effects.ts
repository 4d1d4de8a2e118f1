/**
 * What a handler leaves in the platform's database, beside its state and its messages. The sandbox makes them, the
 * store applies those of one message in one transaction and only once (DESIGN §4): they travel in the outbox of the
 * handler's commit, so they are plain JSON.
 */
export const METRIC_AGGREGATORS = ['sum', 'avg', 'min', 'max', 'last'] as const;
export type MetricAggregator = (typeof METRIC_AGGREGATORS)[number];

export interface MetricEffect {
  readonly kind: 'metric';
  readonly store: string;
  readonly metric: string;
  readonly aggregator: MetricAggregator;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export type StoreEffect = MetricEffect;

/** The store effects of one message. */
export interface StoreEffects {
  /** Names the message; what was applied under it is not applied again. */
  readonly marker: string;
  readonly account: string;
  readonly app: string;
  readonly effects: readonly StoreEffect[];
}
