import { timestampToIso, type TransportEvent } from '@vumi/core';
import type { MessageEvent, MessageStatus } from './records.ts';

/** What says most of a message comes first. `delivered` and `undelivered` are equal: the later one counts. */
const PRECEDENCE: readonly (readonly MessageStatus[])[] = [
  ['delivered', 'undelivered'],
  ['nack'],
  ['uncertain', 'discarded'],
  ['pending'],
  ['ack'],
];

/** What a nack may say more exactly in `transport_metadata.outcome`. */
const UNSENT = ['uncertain', 'discarded'] as const;
const BY_DELIVERY = { delivered: 'delivered', failed: 'undelivered', pending: 'pending' } as const;

/** What one event makes of its message. */
function eventStatus(event: TransportEvent): MessageStatus {
  if (event.event_type === 'delivery_report') return BY_DELIVERY[event.delivery_status];
  if (event.event_type === 'ack') return 'ack';
  return UNSENT.find((status) => event.transport_metadata['outcome'] === status) ?? 'nack';
}

/** An event as lists of messages show it. */
export function showEvent(event: TransportEvent): MessageEvent {
  return {
    event_id: event.event_id,
    event_type: event.event_type,
    status: eventStatus(event),
    timestamp: timestampToIso(event.timestamp),
    ...(event.event_type === 'ack' ? { sent_message_id: event.sent_message_id } : {}),
    ...(event.event_type === 'nack' ? { nack_reason: event.nack_reason } : {}),
    ...(event.event_type === 'delivery_report' ? { delivery_status: event.delivery_status } : {}),
    ...showNetworksWords(event.transport_metadata),
  };
}

function showNetworksWords(
  metadata: TransportEvent['transport_metadata'],
): Pick<MessageEvent, 'delivery_state' | 'delivery_error'> {
  const { smpp_delivery_status: state, smpp_delivery_error: error } = metadata;
  return {
    ...(typeof state === 'string' ? { delivery_state: state } : {}),
    ...(typeof error === 'string' ? { delivery_error: error } : {}),
  };
}

/** The status of a message by its events, oldest first, over the one that it was recorded with. */
export function messageStatus(
  own: MessageStatus,
  events: readonly Pick<MessageEvent, 'status'>[],
): MessageStatus {
  for (const rank of PRECEDENCE) {
    const found = events.findLast(({ status }) => rank.includes(status));
    if (found !== undefined) return found.status;
  }
  return own;
}
