import type { Page, PageQuery } from '../records.ts';
import type {
  DeliveryEvent,
  DeliveryOutcome,
  DeliveryQuery,
  DueDelivery,
  ReceiverState,
  RedeliveryQuery,
  Webhook,
  WebhookDelivery,
  WebhookReceiver,
} from './records.ts';
import type { WebhookSettings } from '@vumi/core';

/**
 * Who is told by HTTP of an account's messages and alerts; `account` null: of all alerts. `actor` is who does it, for the
 * audit trail.
 */
export interface Webhooks {
  /** Makes or replaces. The secret that was made is given out this once; null: it has one, or was given one. */
  put(
    account: string | null,
    name: string,
    given: { readonly settings: WebhookSettings; readonly secret?: string | undefined },
    actor: string,
  ): Promise<{ webhook: Webhook; created: boolean; secret: string | null }>;
  get(account: string | null, name: string): Promise<Webhook>;
  /** By name. */
  list(account: string | null, page: PageQuery): Promise<Page<Webhook>>;
  /** With its deliveries. */
  remove(account: string | null, name: string, actor: string): Promise<void>;
  /** The one before goes on for the overlap: whatever is signed meanwhile is signed with both. */
  rotateSecret(
    account: string | null,
    name: string,
    how: { readonly overlap_seconds: number; readonly secret?: string | undefined },
    actor: string,
  ): Promise<{ webhook: Webhook; secret: string | null }>;
  /** Newest first. Those that arrived are kept for 7 days, those that were given up for 30. */
  deliveries(account: string | null, name: string, query: DeliveryQuery): Promise<Page<WebhookDelivery>>;
  delivery(account: string | null, name: string, id: string): Promise<WebhookDelivery>;
  /** Answers how many; `request.conflict` for one that is under way. At most 100,000 at once, the oldest first. */
  redeliver(account: string | null, name: string, query: RedeliveryQuery): Promise<number>;
  /** The id of a delivery that tells of nothing, and is tried once. */
  test(account: string | null, name: string): Promise<string>;
}

/** Of whoever makes the deliveries, which is one process at a time. Deliveries that two take are made twice. */
export interface WebhookQueue {
  /** Those that are active, of active accounts. */
  receivers(): Promise<WebhookReceiver[]>;
  /**
   * Numbers what was written since; before that it finds the messages of events that were written before them in the
   * last seconds. Answers how many.
   */
  giveNumbers(earlySeconds: number): Promise<number>;
  /** Those in their users' order whose time has come (milliseconds since the epoch; null: the next, whenever that is). */
  due(
    webhook: string,
    query: { readonly at: number | null; readonly users: number; readonly except: Iterable<string> },
  ): Promise<DueDelivery[]>;
  /** Those on their own. */
  dueApart(
    webhook: string,
    query: {
      readonly limit: number;
      /** The `seq` of those that are under way. */
      readonly except: Iterable<string>;
      readonly only?: DeliveryEvent;
    },
  ): Promise<DueDelivery[]>;
  settle(outcomes: readonly DeliveryOutcome[]): Promise<void>;
  noteReceiver(webhook: string, state: ReceiverState): Promise<void>;
  /** What waits in order for a later attempt is due. */
  retryNow(webhook: string): Promise<void>;
  /** Gives up what has waited for so long; how many. */
  expire(webhook: string, retryHours: number): Promise<number>;
  trim(): Promise<void>;
}
