import { eventClass, type TransportEnd, type TransportEvent } from '@vumi/core';
import { transportMeasures } from '@vumi/measures';

const { received, taken, events, nacks } = transportMeasures;

/** The same end of a transport; what passes is counted once it is safe. */
export function measuredTransportEnd(end: TransportEnd): TransportEnd {
  const { name } = end;
  const receivedHere = received.countOf(name);
  const takenHere = taken.countOf(name);
  return {
    name,
    async publishInbound(message) {
      await end.publishInbound(message);
      receivedHere.count += 1;
    },
    async publishEvent(event) {
      await end.publishEvent(event);
      countEvent(name, event);
    },
    onOutbound: (handler, options) =>
      end.onOutbound(async (message, delivery) => {
        await handler(message, delivery);
        takenHere.count += 1;
      }, options),
  };
}

function countEvent(transport: string, event: TransportEvent): void {
  events.add(1, transport, eventClass(event));
  if (event.event_type === 'nack') nacks.add(1, transport, nackClass(event.nack_reason));
}

/** What a transport's own words for what the network did not say begin with. */
const OWN_WORDS = /^(expired|cancelled|uncertain):/;
/** A status as SMPP names it, or a vendor's own. */
const STATUS = /^(ESME_R[A-Z_]+|0x[0-9a-f]{8}|Unspecified)\b/;
/** Of channels over HTTP: `HTTP 404`, `404 …`. */
const HTTP_STATUS = /\b([45]\d\d)\b/;

/** One of few words for why a message was not sent; reasons themselves may name numbers and hosts. */
export function nackClass(reason: string): string {
  const word = OWN_WORDS.exec(reason)?.[1] ?? STATUS.exec(reason)?.[1];
  if (word !== undefined) return word;
  const http = HTTP_STATUS.exec(reason.slice(0, 40))?.[1];
  return http === undefined ? 'other' : `HTTP ${http}`;
}
