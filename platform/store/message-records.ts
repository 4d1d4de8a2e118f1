/** Messages and what apps log, as the store gives them out and takes them in. Field names are those of the HTTP API (DESIGN §6); times are ISO 8601 in UTC. */
import type { AppRef, DeliveryStatus } from '@vumi/core';
import type { PageQuery } from './records.ts';

export const DIRECTIONS = ['inbound', 'outbound'] as const;

export type Direction = (typeof DIRECTIONS)[number];

/** The status that a message is recorded with. */
export type InboundStatus = 'received' | 'unrouted' | 'discarded' | 'failed';

export type OutboundStatus = 'queued' | 'discarded' | 'failed';

/** What is known of a message by now: its events say more than its own status. */
export const MESSAGE_STATUSES = [
  'received',
  'unrouted',
  'discarded',
  'failed',
  'queued',
  'ack',
  'pending',
  'uncertain',
  'expired',
  'cancelled',
  'nack',
  'delivered',
  'undelivered',
] as const;

export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

export interface MessageEvent {
  readonly event_id: string;
  readonly event_type: 'ack' | 'nack' | 'delivery_report';
  /** What the event makes of the message. */
  readonly status: MessageStatus;
  readonly timestamp: string;
  readonly sent_message_id?: string;
  readonly nack_reason?: string;
  readonly delivery_status?: DeliveryStatus;
  /** The network's own word for the state, such as UNDELIV. */
  readonly delivery_state?: string;
  /** Why it was not delivered, as the network tells it. */
  readonly delivery_error?: string;
}

export interface MessageRow {
  readonly message_id: string;
  readonly direction: Direction;
  /** Null when no route led to an app. */
  readonly account: string | null;
  readonly app: string | null;
  readonly transport_name: string | null;
  readonly from_addr: string | null;
  readonly to_addr: string | null;
  readonly content: string | null;
  readonly session_event: string | null;
  readonly group: string | null;
  readonly in_reply_to: string | null;
  readonly timestamp: string;
  readonly status: MessageStatus;
  /** Why it was not delivered, for people; null: it was, or nothing is known. */
  readonly reason: string | null;
  /** Oldest first. */
  readonly events: MessageEvent[];
}

/** `status`: what they make of messages, but not they; `none`: messages have the status that they were recorded with. */
export type EventDetail = 'all' | 'status' | 'none';

export interface MessageQuery extends PageQuery {
  /** Null: of all accounts, and of none. */
  readonly account: string | null;
  /** Not before this instant, ISO 8601. */
  readonly from?: string;
  /** Before this instant, ISO 8601. */
  readonly to?: string;
  readonly direction?: Direction;
  readonly app?: string;
  /** Sender or receiver, in any spelling of the number. */
  readonly address?: string;
  /** Any of these. */
  readonly status?: readonly MessageStatus[];
  readonly transport?: string;
  /** Part of the content, in capitals or not. */
  readonly text?: string;
  /** Of this batch of the account, or of the platform. */
  readonly batch?: string;
  /** Those that came to a batch by this tag: pool and name. */
  readonly tag?: readonly [pool: string, name: string];
  /** What is wanted of their events: default `all`. */
  readonly events?: EventDetail;
}

export interface LogEntry extends AppRef {
  readonly level: string;
  readonly text: string;
  /** The message in whose handler the app logged. */
  readonly message_id: string | null;
  readonly fields?: Readonly<Record<string, unknown>> | null | undefined;
  readonly timestamp: string;
}

export interface LogRow {
  readonly level: string;
  readonly text: string;
  readonly message_id: string | null;
  readonly fields: Record<string, unknown> | null;
  readonly timestamp: string;
}
