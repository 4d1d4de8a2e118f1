import { Counter } from '../counter.ts';
import { Histogram, SECONDS } from '../histogram.ts';

const TRANSPORTS = 500;

export const transportMeasures = {
  received: new Counter({
    name: 'vumi_transport_received_total',
    help: 'Messages from the network that are safe in the platform',
    labels: ['transport'],
    most: TRANSPORTS,
  }),
  taken: new Counter({
    name: 'vumi_transport_taken_total',
    help: 'Messages for the network that its transport has dealt with: sent, refused or expired',
    labels: ['transport'],
    most: TRANSPORTS,
  }),
  events: new Counter({
    name: 'vumi_transport_events_total',
    help: 'What the network said of messages: ack, nack, and the delivery reports delivered, pending and failed',
    labels: ['transport', 'event'],
    most: 5 * TRANSPORTS,
  }),
  nacks: new Counter({
    name: 'vumi_transport_nacks_total',
    help: 'Messages that were not sent, by class of the reason: the status of the network, expired, cancelled, uncertain, other',
    labels: ['transport', 'reason'],
    most: 5 * TRANSPORTS,
  }),
  failures: new Counter({
    name: 'vumi_connector_failures_total',
    help: 'What could not be handled and went to the failures of a connector',
    labels: ['connector'],
    most: TRANSPORTS,
  }),
  statuses: new Counter({
    name: 'vumi_transport_statuses_total',
    help: 'Changes of the state of a transport, by type: bound, connection_lost, bind_failed and the like',
    labels: ['transport', 'type'],
    most: 5 * TRANSPORTS,
  }),
  submitSeconds: new Histogram({
    name: 'vumi_transport_submit_seconds',
    help: 'From handing a part of a message to the network to its answer',
    labels: ['transport'],
    most: TRANSPORTS,
    buckets: SECONDS,
  }),
  smppBytes: new Counter({
    name: 'vumi_smpp_bytes_total',
    help: 'Bytes on the sockets of the binds of a transport, by direction: in, out',
    labels: ['transport', 'direction'],
    most: 2 * TRANSPORTS,
  }),
};
