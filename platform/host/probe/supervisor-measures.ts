import { Counter, Gauge, type Measure } from '@vumi/measures';
import type { WorkerState } from '@vumi/runtime';

const FIGURE = /^[a-z][a-z0-9_]{0,60}$/;
const MOST = 2000;
const LABELS = ['worker', 'type'] as const;

/** What a supervisor knows of its workers, and what each of them measures of itself (`Worker.gauges`). */
export function supervisorMeasures(workers: readonly WorkerState[]): Measure[] {
  const up = new Gauge({
    name: 'vumi_supervisor_worker_up',
    help: 'Whether a worker runs here and is well',
    labels: LABELS,
    most: MOST,
  });
  const restarts = new Counter({
    name: 'vumi_supervisor_worker_restarts_total',
    help: 'How often a worker was started anew after it had died',
    labels: LABELS,
    most: MOST,
  });
  const figures = new Map<string, Counter<typeof LABELS> | Gauge<typeof LABELS>>();
  for (const { name, type, status, restarts: count, gauges } of workers) {
    up.set(status === 'ok' ? 1 : 0, name, type);
    restarts.add(count, name, type);
    for (const [figure, value] of Object.entries(gauges)) {
      if (!FIGURE.test(figure) || !Number.isFinite(value) || value < 0) continue;
      const measure = figures.get(figure) ?? figureOf(figure);
      figures.set(figure, measure);
      measure.add(value, name, type);
    }
  }
  return [up, restarts, ...figures.values()];
}

function figureOf(figure: string): Counter<typeof LABELS> | Gauge<typeof LABELS> {
  const definition = {
    name: `vumi_supervisor_worker_${figure}`,
    help: 'What a worker measures of itself',
    labels: LABELS,
    most: MOST,
  };
  return figure.endsWith('_total') ? new Counter(definition) : new Gauge(definition);
}
