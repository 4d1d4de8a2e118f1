import type { Json } from './state.ts';

interface EventFields {
  readonly event_id: string;
  /** The id that `reply()` or `send()` resolved to. */
  readonly user_message_id: string;
  readonly transport_name: string | null;
  /** UTC, `YYYY-MM-DD HH:MM:SS.ffffff`. */
  readonly timestamp: string;
  readonly transport_metadata: Readonly<Record<string, Json>>;
  /** `endpoint_name` is the endpoint by which the message was sent. */
  readonly routing_metadata: { readonly endpoint_name: string } & Readonly<Record<string, Json>>;
}

/** The network took the message. */
export interface AckEvent extends EventFields {
  readonly event_type: 'ack';
  /** The network's own id of the message. */
  readonly sent_message_id: string;
}

/** The message was not sent. */
export interface NackEvent extends EventFields {
  readonly event_type: 'nack';
  readonly nack_reason: string;
}

/** What became of the message after the network took it. */
export interface DeliveryReportEvent extends EventFields {
  readonly event_type: 'delivery_report';
  readonly delivery_status: 'pending' | 'failed' | 'delivered';
}

/**
 * What became of a sent message. Tell the kinds apart by `event_type`.
 *
 * @example
 * import { defineApp } from '@vumi/sdk';
 *
 * export default defineApp({
 *   async onMessage(message) {
 *     await message.reply('On its way');
 *   },
 *   async onEvent(event, app) {
 *     if (event.event_type === 'nack') app.log.warn('not sent', { reason: event.nack_reason });
 *   },
 * });
 * // > hi
 * // < On its way
 */
export type DeliveryEvent = AckEvent | NackEvent | DeliveryReportEvent;
