import type { Chain, Recurrence } from '@vumi/core';
import type { ContactEffect, ContactGroup } from './contact.ts';
import type { IdentityEffect } from './identity.ts';

/**
 * What a handler leaves in the platform's database, beside its state and its messages. The sandbox makes them, the
 * store applies those of one message in one transaction and only once (DESIGN §4): they travel in the outbox of the
 * handler's commit, so they are plain JSON.
 */
export const METRIC_AGGREGATORS = ['sum', 'avg', 'min', 'max', 'last'] as const;
export type MetricAggregator = (typeof METRIC_AGGREGATORS)[number];

export interface MetricEffect {
  readonly kind: 'metric';
  readonly store: string;
  readonly metric: string;
  readonly aggregator: MetricAggregator;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export type GroupEffect =
  /** A group of that key that is there already stays as it is. */
  | { readonly kind: 'group.create'; readonly group: ContactGroup }
  | {
      readonly kind: 'group.update';
      readonly key: string;
      readonly name: string;
      readonly query: string | null;
    }
  /** Contacts leave it. */
  | { readonly kind: 'group.delete'; readonly key: string };

/** An address that wants nothing more. */
export interface Optout {
  /** `msisdn`, or what else the address is. */
  readonly address_type: string;
  readonly address_value: string;
  /** The message by which it was said. */
  readonly message_id: string | null;
  /** ISO 8601. */
  readonly created_at: string;
}

export type OptoutEffect = {
  /** The address as messages come from it, where that is another form: the person is known to apps by it. */
  readonly user?: string;
  /** Of a handler that was called by no message of a user. */
  readonly chain?: Chain;
} & (
  | ({ readonly kind: 'optout.put' } & Optout)
  | ({ readonly kind: 'optout.delete'; readonly message_id?: string } & Pick<
      Optout,
      'address_type' | 'address_value'
    >)
);

/** Names a schedule within its app: of one name there is one for each user, and one that is for no user (null). */
export interface ScheduleName {
  readonly name: string;
  readonly user: string | null;
}

export type ScheduleEffect =
  /** Takes the place of an open one of the same name. */
  | ({
      readonly kind: 'schedule.put';
      /** What its message's id is made of. */
      readonly id: string;
      /** Milliseconds since the epoch. */
      readonly due: number;
      /** Anything that JSON can say. */
      readonly data: unknown;
      readonly chain?: Chain;
      /** It comes again, from `due` on, until it is cancelled. */
      readonly repeat?: Recurrence;
    } & ScheduleName)
  | ({ readonly kind: 'schedule.cancel' } & ScheduleName);

export type StoreEffect =
  | MetricEffect
  | ContactEffect
  | GroupEffect
  | IdentityEffect
  | OptoutEffect
  | ScheduleEffect;

/** An effect that the store cannot hold; the others of its message are there. */
export interface EffectFailure {
  readonly effect: StoreEffect;
  readonly reason: string;
}

/** The store effects of one message. */
export interface StoreEffects {
  /** Names the message; what was applied under it is not applied again. */
  readonly marker: string;
  readonly account: string;
  readonly app: string;
  readonly effects: readonly StoreEffect[];
}
