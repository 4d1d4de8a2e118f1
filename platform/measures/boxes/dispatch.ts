import { Counter } from '../counter.ts';
import { Histogram, SECONDS } from '../histogram.ts';

export const dispatchMeasures = {
  messages: new Counter({
    name: 'vumi_dispatch_messages_total',
    help: 'Messages and events of a flow from a connector, by outcome: routed, unrouted, refused, put_back',
    labels: ['flow', 'connector', 'outcome'],
    most: 2000,
  }),
  refused: new Counter({
    name: 'vumi_dispatch_refused_total',
    help: 'Outbound messages that were refused, by code of the error',
    labels: ['code'],
  }),
  seconds: new Histogram({
    name: 'vumi_dispatch_seconds',
    help: 'From taking a message until it is safe where it was routed to',
    labels: ['flow'],
    buckets: SECONDS,
  }),
};
