import { z } from 'zod';
import { DEFAULT_ENDPOINT } from './names.ts';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';

/**
 * Vumi's JSON, field for field (spec vumi-core §1). Fields keep their wire names everywhere in the platform, so that
 * a message has one shape from the network to the guest (decision 0001). Unknown fields survive a round trip.
 * Timestamps are strings: a date-like text in `content` stays a text.
 */
export const MESSAGE_VERSION = '20110921';

const metadata = z.record(z.string(), z.unknown());
const nullableText = z.string().nullable();
const timestamp = z
  .string()
  .refine((text) => parseTimestamp(text) !== null, 'must be UTC as "YYYY-MM-DD HH:MM:SS.ffffff"');
const routingMetadata = z.looseObject({ endpoint_name: z.string().nullish() });

const common = {
  message_version: z.literal(MESSAGE_VERSION, `must be "${MESSAGE_VERSION}"`),
  timestamp,
  routing_metadata: routingMetadata.default({}),
  helper_metadata: metadata.default({}),
};

export const SESSION_EVENTS = ['new', 'resume', 'close'] as const;
export const DELIVERY_STATUSES = ['pending', 'failed', 'delivered'] as const;

export const userMessageSchema = z.looseObject({
  ...common,
  message_type: z.string(),
  message_id: z.string().min(1),
  to_addr: nullableText,
  from_addr: nullableText,
  in_reply_to: nullableText,
  content: nullableText,
  session_event: z.enum(SESSION_EVENTS).nullable(),
  transport_name: nullableText,
  transport_type: nullableText,
  transport_metadata: metadata,
  group: nullableText.default(null),
  provider: nullableText.default(null),
  to_addr_type: nullableText.default(null),
  from_addr_type: nullableText.default(null),
});

const eventCommon = {
  ...common,
  message_type: z.string(),
  event_id: z.string().min(1),
  user_message_id: z.string().min(1),
  transport_name: nullableText.default(null),
  transport_metadata: metadata.default({}),
};

export const eventSchema = z.discriminatedUnion('event_type', [
  z.looseObject({ ...eventCommon, event_type: z.literal('ack'), sent_message_id: z.string() }),
  z.looseObject({ ...eventCommon, event_type: z.literal('nack'), nack_reason: z.string() }),
  z.looseObject({
    ...eventCommon,
    event_type: z.literal('delivery_report'),
    delivery_status: z.enum(DELIVERY_STATUSES),
  }),
]);

export const failureSchema = z.looseObject({
  ...common,
  message_type: z.string(),
  message: z.unknown(),
  failure_code: z.enum(['permanent', 'temporary']).nullable(),
  reason: z.string(),
});

export const statusSchema = z.looseObject({
  ...common,
  message_type: z.string(),
  component: z.string(),
  status: z.enum(['ok', 'degraded', 'down']),
  type: z.string(),
  message: z.string(),
  reasons: z.array(z.unknown()).default([]),
  details: metadata.default({}),
});

export type UserMessage = z.infer<typeof userMessageSchema>;
export type TransportEvent = z.infer<typeof eventSchema>;
export type FailureMessage = z.infer<typeof failureSchema>;
export type TransportStatus = z.infer<typeof statusSchema>;
export type SessionEvent = (typeof SESSION_EVENTS)[number];
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** The fields that every class of message starts with. */
export function envelope<T extends string>(messageType: T, now: number = Date.now()) {
  return {
    message_version: MESSAGE_VERSION as typeof MESSAGE_VERSION,
    message_type: messageType,
    timestamp: formatTimestamp(now),
    routing_metadata: {},
    helper_metadata: {},
  };
}

/** The endpoint that a message is for or from: missing or null means `default`. */
export function endpointOf(message: Pick<UserMessage, 'routing_metadata'>): string {
  return message.routing_metadata.endpoint_name ?? DEFAULT_ENDPOINT;
}
