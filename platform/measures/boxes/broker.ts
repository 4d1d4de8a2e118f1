import { Counter } from '../counter.ts';
import { Gauge } from '../gauge.ts';
import { Histogram, SECONDS } from '../histogram.ts';

const QUEUES = 500;

export const brokerMeasures = {
  publishSeconds: new Histogram({
    name: 'vumi_broker_publish_seconds',
    help: 'From handing a message to the broker until it is safe there, exchanges without confirms left out',
    labels: [],
    buckets: SECONDS,
  }),
  publishErrors: new Counter({
    name: 'vumi_broker_publish_errors_total',
    help: 'Messages that the broker did not take, by code of the error',
    labels: ['code'],
  }),
  consumed: new Counter({
    name: 'vumi_broker_consumed_total',
    help: 'Messages that were taken from a queue, each time',
    labels: ['queue'],
    most: QUEUES,
  }),
  redelivered: new Counter({
    name: 'vumi_broker_redelivered_total',
    help: 'Of those the ones that may have been delivered before',
    labels: ['queue'],
    most: QUEUES,
  }),
  putBack: new Counter({
    name: 'vumi_broker_put_back_total',
    help: 'Messages whose handler failed: they come again, or go to the failures',
    labels: ['queue'],
    most: QUEUES,
  }),
  inFlight: new Gauge({
    name: 'vumi_broker_in_flight_messages',
    help: 'Messages that this process has taken and not yet acknowledged',
    labels: ['queue'],
    most: QUEUES,
  }),
  handlingSeconds: new Histogram({
    name: 'vumi_broker_handling_seconds',
    help: 'From taking a message until its handler has ended',
    labels: ['queue'],
    most: QUEUES,
    buckets: SECONDS,
  }),
};
