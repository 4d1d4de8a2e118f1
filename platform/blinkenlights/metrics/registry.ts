import type { WorkerType } from '@vumi/runtime';
import { aggregatorWorker } from './aggregator-worker.ts';
import { carbonCollector } from './collectors/carbon.ts';
import { graphiteCollector } from './collectors/graphite.ts';
import { prometheusCollector } from './collectors/prometheus.ts';
import { seriesCollector } from './collectors/series.ts';
import { udpCollector } from './collectors/udp.ts';
import { randomMetricsWorker } from './random-metrics.ts';
import { timeBucketWorker } from './time-bucket-worker.ts';

/** The workers of the metrics chain: a new collector is a file and a line here. */
export const metricsTypes: readonly WorkerType[] = [
  timeBucketWorker,
  aggregatorWorker,
  graphiteCollector,
  carbonCollector,
  udpCollector,
  prometheusCollector,
  seriesCollector,
  randomMetricsWorker,
];
