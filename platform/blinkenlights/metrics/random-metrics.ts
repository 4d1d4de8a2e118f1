import { EXCHANGES, METRICS_KEY } from '@vumi/core';
import { defineWorker, type Worker } from '@vumi/runtime';
import { z } from 'zod';
import { startMetricManager } from './manager.ts';

const configSchema = z.strictObject({
  manager_period: z.number().positive().default(5).describe('Seconds between two publications. Default: 5'),
  generator_period: z.number().positive().default(1).describe('Seconds between two values. Default: 1'),
});

/** Publishes random metrics, to try a chain of metrics on: `vumi.random.count`, `.value` and `.timer`. */
export const randomMetricsWorker = defineWorker({
  type: 'random_metrics_generator',
  aliases: ['vumi.blinkenlights.metrics_workers.RandomMetricsGenerator'],
  summary: 'Publishes random metrics, to try a chain of metrics on',
  configSchema,
  placement: 'shared',
  needs: [],
  ends: () => ({}),
  async start({ manager_period, generator_period }, { broker, clock, logger, random }): Promise<Worker> {
    const publish = (body: string): Promise<void> => broker.publish(METRICS_KEY, body, EXCHANGES.metrics);
    const manager = startMetricManager(
      { prefix: 'vumi.random.', publishInterval: manager_period },
      { publish, clock, logger },
    );
    const count = manager.count('count');
    const value = manager.metric('value');
    const timer = manager.timer('timer');
    let generated = 0;
    const generate = (): void => {
      if (random() < 0.5) count.inc();
      // About 2, as in Vumi; near enough to its bell.
      value.set(2 + (random() + random() + random() - 1.5) * 0.2);
      const running = timer.start();
      setTimeout(() => running[Symbol.dispose](), random() * 100).unref();
      generated += 1;
    };
    const generating = setInterval(generate, generator_period * 1000).unref();
    return {
      status: () => ({ status: 'ok', message: 'publishes random metrics' }),
      gauges: () => ({ values_total: generated }),
      async [Symbol.asyncDispose]() {
        clearInterval(generating);
        await manager[Symbol.asyncDispose]();
      },
    };
  },
});
