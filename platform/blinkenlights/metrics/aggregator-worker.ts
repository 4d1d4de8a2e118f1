import { AGGREGATES_KEY, bucketKey, EXCHANGES, type Subscription } from '@vumi/core';
import { defineWorker, type Worker, type WorkerPorts } from '@vumi/runtime';
import { z } from 'zod';
import { Aggregation } from './aggregation.ts';
import { loadAggregators } from './aggregators.ts';
import { consumeDatapoints } from './consume-datapoints.ts';
import type { Datapoint } from './datapoint.ts';
import { batchOption, sendDatapoints } from './send-datapoints.ts';

const configSchema = z.strictObject({
  bucket: z.number().int().min(0).describe('Which of the aggregators this is: 0 to one less than `buckets`.'),
  bucket_size: z.number().int().min(1).describe('Seconds of one time bucket; as the time buckets have it.'),
  lag: z
    .number()
    .min(0)
    .default(5)
    .describe('Seconds after the end of a time bucket for which late values are waited for. Default: 5'),
  aggregators: z
    .record(z.string().regex(/^\w+$/, 'use letters, digits and "_"'), z.string())
    .default({})
    .describe('Aggregators of your own: a name, and the file that holds it.'),
  datapoints_per_message: batchOption,
});
type AggregatorConfig = z.infer<typeof configSchema>;

/** Makes one value of all that a metric had in a time bucket, for each of its aggregators (spec vumi-core §7). */
export const aggregatorWorker = defineWorker({
  type: 'metric_aggregator',
  aliases: [
    'vumi.workers.blinkenlights.metrics.MetricAggregator',
    'vumi.blinkenlights.MetricAggregator',
    'vumi.blinkenlights.metrics_workers.MetricAggregator',
  ],
  summary: 'Makes one value of all that a metric had in a time bucket, for each of its aggregators',
  configSchema,
  placement: 'shared',
  needs: [],
  ends: () => ({}),
  async start(config, ports): Promise<Worker> {
    const { bucket_size: size, lag } = config;
    const aggregators = await loadAggregators(config.aggregators);
    const refused = { count: 0 };
    const refuse = (reason: string, fields: object): void => {
      refused.count += 1;
      ports.logger.error(fields, reason);
    };
    const aggregation = new Aggregation({ size, lag, aggregators, refuse }, ports.clock() / 1000);
    const worker = new AggregatorWorker(config, ports, { aggregation, refused });
    await worker.start();
    return worker;
  },
});

class AggregatorWorker implements Worker {
  readonly #config: AggregatorConfig;
  readonly #ports: WorkerPorts;
  readonly #aggregation: Aggregation;
  readonly #refused: { readonly count: number };
  #subscription: Subscription | null = null;
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> = Promise.resolve();
  #aggregates = 0;

  constructor(
    config: AggregatorConfig,
    ports: WorkerPorts,
    { aggregation, refused }: { aggregation: Aggregation; refused: { readonly count: number } },
  ) {
    this.#config = config;
    this.#ports = ports;
    this.#aggregation = aggregation;
    this.#refused = refused;
  }

  async start(): Promise<void> {
    const { bucket, bucket_size: size } = this.#config;
    const source = { queue: bucketKey(bucket), exchange: EXCHANGES.buckets };
    this.#subscription = await consumeDatapoints(this.#ports, source, (datapoints) => {
      for (const datapoint of datapoints) this.#aggregation.add(datapoint);
    });
    const check = (): void => this.#send(this.#aggregation.takeDue(this.#ports.clock() / 1000));
    this.#timer = setInterval(check, size * 1000).unref();
  }

  status(): ReturnType<Worker['status']> {
    return { status: 'ok', message: `aggregates bucket ${this.#config.bucket}` };
  }

  gauges(): Readonly<Record<string, number>> {
    return {
      values_waiting: this.#aggregation.waiting,
      aggregates_total: this.#aggregates,
      refused_total: this.#refused.count,
    };
  }

  /** What has not been aggregated goes out too: its values are acknowledged, and here alone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#subscription?.[Symbol.asyncDispose]();
    this.#send(this.#aggregation.takeAll());
    await this.#sending;
  }

  /** In order; what finds no way is dropped, as metrics are. */
  #send(aggregates: readonly Datapoint[]): void {
    if (aggregates.length === 0) return;
    const { broker, logger } = this.#ports;
    const place = {
      key: AGGREGATES_KEY,
      exchange: EXCHANGES.aggregates,
      batch: this.#config.datapoints_per_message,
    };
    this.#aggregates += aggregates.length;
    this.#sending = this.#sending
      .then(() => sendDatapoints(broker, place, aggregates))
      .catch((error: unknown) => logger.warn({ err: error }, 'aggregates not published'));
  }
}
