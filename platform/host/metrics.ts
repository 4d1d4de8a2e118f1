import { publishAppMetrics, publishWorkerGauges } from '@vumi/blinkenlights';
import { EXCHANGES, METRICS_KEY, type Broker, type Logger } from '@vumi/core';
import type { Supervisor, WorkerSpec } from '@vumi/runtime';
import type { Store } from '@vumi/store';
import { z } from 'zod';

export const metricsSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Whether this process publishes what its workers and apps measure, and aggregates it.'),
  interval: z
    .number()
    .int()
    .min(1)
    .default(10)
    .describe('Seconds between two publications, and of one aggregated value; the same in all processes.'),
});
type MetricsConfig = z.infer<typeof metricsSchema>;

/** As many as a process publishes at once, so that the chain costs a few messages for each interval. */
const BATCH = 500;

/** The chain of the platform itself: one of each in all processes, on queues as Vumi's chain has them. */
export function metricWorkers({ enabled, interval }: MetricsConfig): readonly WorkerSpec[] {
  if (!enabled) return [];
  const shared = { origin: 'built-in', placement: 'one' } as const;
  const options = { bucket_size: interval, datapoints_per_message: BATCH };
  return [
    {
      ...shared,
      name: 'metric_time_bucket',
      type: 'metric_time_bucket',
      config: { ...options, buckets: 1 },
    },
    {
      ...shared,
      name: 'metric_aggregator',
      type: 'metric_aggregator',
      // A process that is short of processor time is late by more than Vumi's 5 seconds.
      config: { ...options, bucket: 0, lag: interval },
    },
  ];
}

export interface MetricSources {
  readonly broker: Broker;
  readonly supervisor: Pick<Supervisor, 'list'>;
  /** Whose apps fire; null: none do here. */
  readonly store: Pick<Store, 'effects'> | null;
  readonly logger: Logger;
}

/** Publishes what is measured in this process. */
export function publishMetrics(
  { enabled, interval }: MetricsConfig,
  { broker, supervisor, store, logger }: MetricSources,
): readonly AsyncDisposable[] {
  if (!enabled) return [];
  const publish = (body: string): Promise<void> => broker.publish(METRICS_KEY, body, EXCHANGES.metrics);
  const ports = { publish, clock: Date.now, logger, publishInterval: interval };
  const gauges = publishWorkerGauges(() => supervisor.list(), ports);
  return store === null ? [gauges] : [gauges, publishAppMetrics(store.effects, ports)];
}
