import type { WorkerState } from '@vumi/runtime';
import { startMetricManager, type MetricPorts } from './manager.ts';

const SUM = ['sum'];
const MEAN = ['avg'];

/**
 * Publishes what the workers of a process measure of themselves, as `vumi.<worker>.<gauge>`: what ends in `_total` as
 * its growth, which is summed over processes; the rest as it is, of which the mean is taken.
 */
export function publishWorkerGauges(
  list: () => readonly Pick<WorkerState, 'name' | 'gauges'>[],
  ports: MetricPorts & { readonly publishInterval: number },
): AsyncDisposable {
  const { publishInterval } = ports;
  // Published when it was measured: the manager's own turn finds nothing.
  const manager = startMetricManager({ prefix: 'vumi.', publishInterval }, ports);
  let before = new Map<string, number>();
  const measure = (): Promise<void> => {
    const totals = new Map<string, number>();
    for (const { name, gauges } of list()) {
      for (const [gauge, value] of Object.entries(gauges)) {
        const metric = `${name}.${gauge}`;
        if (!Number.isFinite(value)) continue;
        if (!gauge.endsWith('_total')) {
          manager.oneshot(metric, value, MEAN);
          continue;
        }
        totals.set(metric, value);
        const grown = growth(before.get(metric) ?? 0, value);
        if (grown > 0) manager.oneshot(metric, grown, SUM);
      }
    }
    before = totals;
    return manager.publish();
  };
  const timer = setInterval(() => void measure(), publishInterval * 1000).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await manager[Symbol.asyncDispose]();
    },
  };
}

/** A worker that was started anew counts from nothing. */
function growth(before: number, now: number): number {
  return now < before ? now : now - before;
}
