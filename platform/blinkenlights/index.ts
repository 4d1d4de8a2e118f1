export { publishAppMetrics } from './metrics/app-metrics.ts';
export { defineAggregator, type Aggregate, type Aggregator } from './metrics/aggregators.ts';
export { defineCollector, type Aggregated, type Collector } from './metrics/collector.ts';
export {
  startMetricManager,
  type MetricManager,
  type MetricManagerOptions,
  type MetricPorts,
} from './metrics/manager.ts';
export { metricsTypes } from './metrics/registry.ts';
export { startBeats } from './health/beats.ts';
export { healthTypes } from './health/registry.ts';
export { publishWorkerGauges } from './metrics/worker-gauges.ts';
export {
  openComponentViews,
  type ComponentIssue,
  type ComponentSummary,
  type ComponentView,
  type ComponentViews,
} from './health/component-view.ts';
