import type { Store } from '@vumi/store';
import { startMetricManager, type MetricPorts } from './manager.ts';

/** As Vumi Go named them: `go.campaigns.<account>.stores.<store>.<metric>`. */
export const APP_METRICS_PREFIX = 'go.campaigns.';

/**
 * Publishes what apps fire, once it is kept: a message that is handled again is not told of again, and what dies between
 * the two has its value in the database all the same.
 */
export function publishAppMetrics(
  effects: Store['effects'],
  ports: MetricPorts & { readonly publishInterval: number },
): AsyncDisposable {
  const { publishInterval } = ports;
  const manager = startMetricManager({ prefix: APP_METRICS_PREFIX, publishInterval }, ports);
  const listening = effects.onMetrics((account, fired) => {
    for (const { store, metric, aggregator, value } of fired)
      manager.oneshot(`${account}.stores.${store}.${metric}`, value, [aggregator]);
  });
  return {
    async [Symbol.asyncDispose]() {
      listening[Symbol.dispose]();
      await manager[Symbol.asyncDispose]();
    },
  };
}
