import { bucketKey, EXCHANGES, METRICS_KEY, type Subscription } from '@vumi/core';
import { defineWorker, type Worker, type WorkerPorts } from '@vumi/runtime';
import { z } from 'zod';
import { consumeDatapoints } from './consume-datapoints.ts';
import type { Datapoint } from './datapoint.ts';
import { batchOption, sendDatapoints } from './send-datapoints.ts';
import { aggregatorOf, splitByTime } from './time-buckets.ts';

const configSchema = z.strictObject({
  buckets: z
    .number()
    .int()
    .min(1)
    .describe('How many aggregators there are: their buckets are 0 to one less.'),
  bucket_size: z
    .number()
    .int()
    .min(1)
    .describe('Seconds of one time bucket; the same for all time buckets and aggregators.'),
  datapoints_per_message: batchOption,
});
type TimeBucketConfig = z.infer<typeof configSchema>;

/** Takes metrics of workers and hands each to the aggregator of its name and time (spec vumi-core §7). */
export const timeBucketWorker = defineWorker({
  type: 'metric_time_bucket',
  aliases: [
    'vumi.workers.blinkenlights.metrics.MetricTimeBucket',
    'vumi.blinkenlights.MetricTimeBucket',
    'vumi.blinkenlights.metrics_workers.MetricTimeBucket',
  ],
  summary: 'Takes metrics of workers and hands each to the aggregator of its name and time',
  configSchema,
  placement: 'shared',
  needs: [],
  ends: () => ({}),
  async start(config, ports): Promise<Worker> {
    const worker = new TimeBucketWorker(config, ports);
    await worker.consume();
    return worker;
  },
});

class TimeBucketWorker implements Worker {
  readonly #config: TimeBucketConfig;
  readonly #ports: WorkerPorts;
  #subscription: Subscription | null = null;
  #datapoints = 0;

  constructor(config: TimeBucketConfig, ports: WorkerPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  async consume(): Promise<void> {
    const source = { queue: METRICS_KEY, exchange: EXCHANGES.metrics };
    this.#subscription = await consumeDatapoints(this.#ports, source, (all) => this.#handOn(all));
  }

  status(): ReturnType<Worker['status']> {
    return { status: 'ok', message: `hands metrics to ${this.#config.buckets} aggregators` };
  }

  gauges(): Readonly<Record<string, number>> {
    return { datapoints_total: this.#datapoints };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#subscription?.[Symbol.asyncDispose]();
  }

  async #handOn(datapoints: readonly Datapoint[]): Promise<void> {
    const { buckets, bucket_size: size, datapoints_per_message: batch } = this.#config;
    this.#datapoints += datapoints.length;
    const byBucket = new Map<number, Datapoint[]>();
    for (const datapoint of datapoints) {
      for (const [key, part] of splitByTime(datapoint, size)) {
        const bucket = aggregatorOf(datapoint[0], key, buckets);
        const known = byBucket.get(bucket);
        if (known === undefined) byBucket.set(bucket, [part]);
        else known.push(part);
      }
    }
    for (const [bucket, parts] of byBucket) {
      const place = { key: bucketKey(bucket), exchange: EXCHANGES.buckets, batch };
      await sendDatapoints(this.#ports.broker, place, parts);
    }
  }
}
