import type { WebhookEvent, WebhookSettings } from '@vumi/core';
import type { AlertNotice } from '../alerts/alert-ports.ts';
import type { MessageEvent, MessageRow } from '../message-records.ts';
import type { PageQuery } from '../records.ts';

/** One try to bring a delivery to its receiver. */
export interface WebhookAttempt {
  readonly at: string;
  /** Of HTTP; null: there was no answer. */
  readonly status: number | null;
  readonly ms: number;
  /** How the answer begins; null: there was none. */
  readonly answer: string | null;
  /** Why it failed; null: it did not. */
  readonly error: string | null;
}

/** Who is told of an account's messages, and how that goes. */
export interface Webhook extends WebhookSettings {
  readonly id: string;
  /** Null: the platform's. */
  readonly account: string | null;
  readonly name: string;
  readonly created_at: string;
  /** Secrets that signatures are made with: one, or two while the older one goes on. */
  readonly secrets: readonly { readonly expires_at: string | null }[];
  /** Deliveries that wait for their turn or their next attempt. */
  readonly pending: number;
  /** Those that were given up. */
  readonly dead: number;
  /** Since when nothing has arrived; null: the last attempt worked, or there was none. */
  readonly failing_since: string | null;
  /** Attempts since then. */
  readonly failures: number;
  /** When the receiver is tried again, where it fails altogether; null: deliveries go on. */
  readonly retry_at: string | null;
  readonly last: WebhookAttempt | null;
}

export const DELIVERY_STATES = ['pending', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** `test`: somebody wanted to see whether it works. */
export type DeliveryEvent = WebhookEvent | 'test';

/** What a webhook is told once, however many attempts that takes. */
export interface WebhookDelivery {
  readonly id: string;
  readonly event: DeliveryEvent;
  readonly message_id: string;
  readonly event_id: string | null;
  /** Whom it is about; of an alert what. */
  readonly user: string;
  /** Counts the webhook's deliveries of that user from 1; null: it has none yet. */
  readonly sequence: number | null;
  readonly status: DeliveryState;
  readonly attempts: number;
  readonly created_at: string;
  /** When it is tried on its own; null: in its turn, or not any more. */
  readonly next_at: string | null;
  readonly last: WebhookAttempt | null;
}

export interface DeliveryQuery extends PageQuery {
  readonly status?: DeliveryState;
  readonly event?: DeliveryEvent;
  readonly message_id?: string;
  /** Made not before this instant, ISO 8601. */
  readonly from?: string;
  /** Made before this instant, ISO 8601. */
  readonly to?: string;
}

/** What is to be delivered again: one, or those of a time. */
export type RedeliveryQuery =
  | { readonly id: string }
  | {
      readonly from: string;
      readonly to?: string | undefined;
      /** Default: those that did not arrive. */
      readonly status?: 'delivered' | 'dead' | 'all' | undefined;
    };

/** Of a webhook, what whoever delivers needs. */
export interface WebhookReceiver {
  readonly id: string;
  /** Null: the platform's. */
  readonly account: string | null;
  readonly name: string;
  readonly settings: WebhookSettings;
  /** Those that are valid, the newest first. */
  readonly secrets: readonly string[];
  /** What the account's own services are, beside public ones; null: the receiver may be anywhere. */
  readonly private_services: readonly string[] | null;
  readonly failing_since: string | null;
  readonly failures: number;
  readonly retry_at: string | null;
}

/** A delivery that is to be made, with the rows that its text is made of. */
export interface DueDelivery {
  readonly seq: string;
  readonly event: DeliveryEvent;
  readonly user: string;
  readonly number: number;
  readonly attempts: number;
  /** Whether it goes its own way, not in the order of its user. */
  readonly apart: boolean;
  readonly created_at: string;
  /** When it is given up, where that is not what the webhook says. */
  readonly give_up_at: string | null;
  /** Attempts of which its user's deliveries waited for it. */
  readonly failures: number;
  /** Null: it is a test or an alert, or the row is gone. */
  readonly message: Omit<MessageRow, 'status' | 'reason' | 'events'> | null;
  /** What became of the message, where that is told. */
  readonly told: MessageEvent | null;
  /** Of an alert, what is told. */
  readonly alert: AlertNotice | null;
}

/** What came of an attempt. */
export interface DeliveryOutcome {
  readonly webhook: string;
  readonly seq: string;
  readonly user: string;
  readonly number: number;
  readonly attempt: WebhookAttempt;
  readonly status: DeliveryState;
  /** Milliseconds since the epoch, when it is tried on its own; null: in its turn, or never again. */
  readonly nextAt: number | null;
  /** How its user's deliveries go on; null: it was not in their order. `pauseMs` null: with the next one, now. */
  readonly stream: { readonly pauseMs: number | null; readonly failures: number } | null;
}

export interface ReceiverState {
  readonly failing_since: string | null;
  readonly failures: number;
  readonly retry_at: string | null;
  readonly last: WebhookAttempt;
}
