import type { MessageRow } from '../message-records.ts';

/** What kinds of things happen to a message. */
export const TIMELINE_KINDS = [
  'message',
  'route',
  'network',
  'run',
  'log',
  'event',
  'webhook',
  'failure',
  'credit',
] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

/** One thing that happened. */
export interface TimelineEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Of the messages of the timeline, the one that it happened to. */
  readonly message_id: string;
  readonly kind: TimelineKind;
  /** A line for people. */
  readonly text: string;
  /** Whether it is, or tells of, something that went wrong. */
  readonly failed: boolean;
  /** All that is known of it, by kind. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** A message, what was said before and after it in the same turn of a conversation, and all that happened to them. */
export interface Timeline {
  /** The message that was asked for. */
  readonly message_id: string;
  /** What the user wrote, and what was sent because of it; oldest first. */
  readonly messages: readonly MessageRow[];
  /** Oldest first. */
  readonly entries: readonly TimelineEntry[];
}

export interface Timelines {
  /**
   * By the id of a message, by its beginning (8 characters or more), or by the id that its network gave it, which is found
   * for two days. `account` null: of any account. `not_found`; `request.invalid` when several begin so.
   */
  get(account: string | null, id: string): Promise<Timeline>;
}
