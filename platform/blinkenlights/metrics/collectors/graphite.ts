import { AGGREGATES_KEY, EXCHANGES } from '@vumi/core';
import { defineCollector } from '../collector.ts';

/** Vumi's way to Graphite: Carbon takes from a topic exchange, under the names of the metrics (spec vumi-core §7). */
export const graphiteCollector = defineCollector({
  type: 'graphite_metrics_collector',
  aliases: [
    'vumi.workers.blinkenlights.metrics.GraphiteMetricsCollector',
    'vumi.blinkenlights.GraphiteMetricsCollector',
    'vumi.blinkenlights.metrics_workers.GraphiteMetricsCollector',
  ],
  summary: 'Publishes aggregated metrics to Graphite over AMQP',
  options: {},
  placement: 'shared',
  // A Python collector's: this one goes on where that one stopped.
  queue: AGGREGATES_KEY,
  start: async (_config, { broker }) => ({
    async collect(aggregates) {
      for (const { name, at, value } of aggregates)
        await broker.publish(name, `${toFixedPoint(value)} ${Math.trunc(at)}`, EXCHANGES.graphite);
    },
    async [Symbol.asyncDispose]() {},
  }),
});

/** Six decimals, and all the digits before them: what C and Python print for `%f`. */
export function toFixedPoint(value: number): string {
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
}
