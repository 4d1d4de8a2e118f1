import { Counter } from '../counter.ts';

/** Account and app are empty where nobody's is known, such as of an event whose message was sent long ago. */
const OWNED = { most: 10_000 };

export const messageMeasures = {
  messages: new Counter({
    name: 'vumi_messages_total',
    help: 'Messages that were recorded, by owner, direction and status: received, unrouted, queued, discarded, failed',
    labels: ['account', 'app', 'direction', 'status'],
    ...OWNED,
  }),
  events: new Counter({
    name: 'vumi_message_events_total',
    help: 'Events that were recorded, by the owner of their message: ack, nack, delivered, pending, failed',
    labels: ['account', 'app', 'event'],
    ...OWNED,
  }),
};
