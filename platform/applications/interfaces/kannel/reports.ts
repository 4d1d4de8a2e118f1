import { eventStatus, type TransportEvent } from '@vumi/core';

/** Bits of dlr-mask, which are also the values of "%d", by what became of a message. */
const BITS: Readonly<Record<string, number>> = {
  'delivery_report.delivered': 1,
  'delivery_report.failed': 2,
  'delivery_report.pending': 4,
  ack: 8,
  nack: 16,
};

/** What a mask wants to hear of. */
export function eventsOf(mask: number): string[] {
  return Object.keys(BITS).filter((status) => (mask & (BITS[status] ?? 0)) !== 0);
}

export function bitOf(event: TransportEvent): number {
  return BITS[eventStatus(event)] ?? 0;
}

/** "%A": what the network has said. */
export function answerOf(event: TransportEvent): string {
  switch (event.event_type) {
    case 'ack':
      return 'ACK/';
    case 'nack':
      return `NACK/${event.nack_reason}`;
    default:
      return event.delivery_status;
  }
}
