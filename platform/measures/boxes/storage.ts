import { Counter } from '../counter.ts';
import { Gauge } from '../gauge.ts';
import { Histogram, SECONDS, SIZES } from '../histogram.ts';

export const storeMeasures = {
  querySeconds: new Histogram({
    name: 'vumi_store_query_seconds',
    help: 'From asking the database to its answer, the wait for a connection included',
    labels: [],
    buckets: SECONDS,
  }),
  errors: new Counter({
    name: 'vumi_store_errors_total',
    help: 'Statements that failed, by code of the error',
    labels: ['code'],
  }),
  batchRows: new Histogram({
    name: 'vumi_store_batch_rows',
    help: 'Rows that were written in one step',
    labels: ['rows'],
    buckets: SIZES,
  }),
  batchSeconds: new Histogram({
    name: 'vumi_store_batch_seconds',
    help: 'How long such a step took',
    labels: ['rows'],
    buckets: SECONDS,
  }),
  batchWaiting: new Gauge({
    name: 'vumi_store_batch_waiting_rows',
    help: 'Rows that are not yet written',
    labels: ['rows'],
  }),
};

export const stateMeasures = {
  seconds: new Histogram({
    name: 'vumi_state_seconds',
    help: 'From asking the keyed state to its answer',
    labels: ['operation'],
    buckets: SECONDS,
  }),
  errors: new Counter({
    name: 'vumi_state_errors_total',
    help: 'What the keyed state refused or did not answer',
    labels: ['operation', 'code'],
  }),
};
