import { newId } from './ids.ts';
import { parseWire } from './parse.ts';
import { envelope, eventSchema, type DeliveryStatus, type TransportEvent } from './wire.ts';

/** What every event says beside its kind. */
export interface EventFields {
  readonly user_message_id: string;
  readonly transport_name: string;
  /** Give a derived id where the same event may be published twice (DESIGN §4.3). */
  readonly event_id?: string;
  readonly transport_metadata?: Record<string, unknown>;
}

function eventEnvelope(fields: EventFields) {
  return { ...envelope('event'), transport_metadata: {}, ...fields, event_id: fields.event_id ?? newId() };
}

/** The network took the message; `sentMessageId` is the network's id for it. */
export function createAck(fields: EventFields, sentMessageId: string): TransportEvent {
  return { ...eventEnvelope(fields), event_type: 'ack', sent_message_id: sentMessageId };
}

/** The message was not sent and will not be. */
export function createNack(fields: EventFields, reason: string): TransportEvent {
  return { ...eventEnvelope(fields), event_type: 'nack', nack_reason: reason };
}

/** What became of a message after the network took it. */
export function createDeliveryReport(fields: EventFields, status: DeliveryStatus): TransportEvent {
  return { ...eventEnvelope(fields), event_type: 'delivery_report', delivery_status: status };
}

/** Parses an event off the wire; the error names the missing or invalid field. */
export function parseEvent(json: string): TransportEvent {
  return parseWire(eventSchema, json);
}

/** In one word: `ack`, `nack`, or what a delivery report says: `delivered`, `pending`, `failed`. */
export function eventClass(event: TransportEvent): string {
  return event.event_type === 'delivery_report' ? event.delivery_status : event.event_type;
}

/** `ack`, `nack` or `delivery_report.<status>`. */
export function eventStatus(event: TransportEvent): string {
  return event.event_type === 'delivery_report'
    ? `delivery_report.${event.delivery_status}`
    : event.event_type;
}
