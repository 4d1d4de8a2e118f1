import { timestampToIso, type TransportEvent } from '@vumi/core';
import type { MessageEvent, MessageRow, MessageStatus } from './message-records.ts';

/** What says most of a message comes first. `delivered` and `undelivered` are equal: the later one counts. */
const PRECEDENCE: readonly (readonly MessageStatus[])[] = [
  ['delivered', 'undelivered'],
  ['nack'],
  ['uncertain', 'discarded', 'expired', 'cancelled'],
  ['pending'],
  ['ack'],
];

/** What a nack may say more exactly in `transport_metadata.outcome`. */
const UNSENT = ['uncertain', 'discarded', 'expired', 'cancelled'] as const;
const BY_DELIVERY = { delivered: 'delivered', failed: 'undelivered', pending: 'pending' } as const;

/** What one event makes of its message. */
export function eventStatus(event: TransportEvent): MessageStatus {
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

/** What an event says of its message. */
export type EventMeaning = Omit<MessageEvent, 'event_id' | 'event_type' | 'timestamp'>;

/**
 * The status of a message by its events, oldest first, over the one that it was recorded with; and why it was not
 * delivered, where it was not.
 */
export function messageStatus(
  own: MessageStatus,
  events: readonly EventMeaning[],
): Pick<MessageRow, 'status' | 'reason'> {
  for (const rank of PRECEDENCE) {
    const found = events.findLast(({ status }) => rank.includes(status));
    if (found !== undefined) return { status: found.status, reason: eventReason(found) };
  }
  return { status: own, reason: OWN_REASONS[own] ?? null };
}

/** Of statuses that no event explains. */
const OWN_REASONS: Partial<Record<MessageStatus, string>> = {
  unrouted: 'no route leads from its number to an app',
  discarded: 'its account was inactive',
  failed: 'its app failed: the runs of the app say why',
};

/** A nack's own words, or the network's: its state, and its error unless that says that there was none. */
function eventReason({
  status,
  nack_reason,
  delivery_state: state,
  delivery_error: error,
}: Partial<MessageEvent>): string | null {
  if (nack_reason !== undefined) return nack_reason;
  if (status !== 'undelivered' && status !== 'pending') return null;
  const words = [...(state === undefined ? [] : [state]), ...(isError(error) ? [`error ${error}`] : [])];
  return words.length === 0 ? null : words.join(', ');
}

function isError(error: string | undefined): boolean {
  return error !== undefined && !/^0*$/.test(error);
}

/** Which messages are found as troubled: a list of some of these statuses looks at no others. */
export const TROUBLES: readonly MessageStatus[] = ['unrouted', 'failed', 'nack', 'undelivered', ...UNSENT];

/** Events are filed in the week of their message or later; where a clock was wrong, one week before. Days. */
export const EVENTS_BEFORE = 7;
