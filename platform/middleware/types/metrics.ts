import { startMetricManager, type MetricManager } from '@vumi/blinkenlights';
import type { Clock, Transit } from '@vumi/core';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { defineMiddleware } from '../middleware-type.ts';

const configSchema = z.strictObject({
  metrics_prefix: z
    .string()
    .min(1)
    .optional()
    .describe('What the names of the metrics begin with. Default: vumi.<name of the worker>.'),
  publish_interval: z.number().positive().default(5).describe('Seconds between two publications. Default: 5'),
});

/** Messages whose reply is waited for; beyond, the oldest get no time. */
const MOST_UNANSWERED = 10_000;

const SUM = ['sum'];
const MEAN = ['avg'];

/**
 * Counts what passes each connector and times it. Names, after the prefix: `<connector>.<flow>.count`,
 * `<connector>.event.<ack|nack|delivery_report>.count`, `<connector>.<flow>.time` (seconds until what follows was safe)
 * and `<connector>.response.time` (from a message to the first answer, where both pass this process). Vumi's core had no
 * such middleware; the datapoints are those of its metrics (spec vumi-core §7).
 */
export const metrics = defineMiddleware({
  type: 'metrics',
  aliases: ['go.vumitools.middleware.MetricsMiddleware', 'vumi.middleware.MetricsMiddleware'],
  summary: 'counts messages and their times, and publishes both',
  configSchema,
  start({ metrics_prefix, publish_interval }, { worker, clock, logger, publishMetrics }) {
    const manager = startMetricManager(
      { prefix: metrics_prefix ?? `vumi.${worker}.`, publishInterval: publish_interval },
      { publish: publishMetrics, clock, logger },
    );
    const note = noting(manager, clock);
    return {
      handle: async (transit, next) => {
        const since = clock();
        note(transit);
        await next(transit);
        manager.oneshot(`${transit.connector}.${transit.flow}.time`, (clock() - since) / 1000, MEAN);
      },
      close: async () => manager[Symbol.asyncDispose](),
    };
  },
});

function noting(manager: MetricManager, clock: Clock): (transit: Transit) => void {
  const unanswered = new LRUCache<string, number>({ max: MOST_UNANSWERED });
  return ({ flow, connector, message }) => {
    manager.oneshot(`${connector}.${flow}.count`, 1, SUM);
    if (flow === 'event') manager.oneshot(`${connector}.event.${message.event_type}.count`, 1, SUM);
    if (flow === 'inbound') unanswered.set(message.message_id, clock());
    if (flow !== 'outbound' || message.in_reply_to === null) return;
    const since = unanswered.get(message.in_reply_to);
    if (since === undefined) return;
    unanswered.delete(message.in_reply_to);
    manager.oneshot(`${connector}.response.time`, (clock() - since) / 1000, MEAN);
  };
}
