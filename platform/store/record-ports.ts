import type {
  ContactListQuery,
  DueQuery,
  MetricName,
  MetricQuery,
  Page,
  PageQuery,
  Schedule,
} from './records.ts';
import type { SeriesPoint } from './series/series-ports.ts';
import type { AppRef } from '@vumi/core';
import type {
  Contact,
  ContactGroup,
  EffectFailure,
  MetricEffect,
  Identity,
  IdentityAddress,
  Optout,
  ScheduleEffect,
  StoreEffect,
  StoreEffects,
} from '@vumi/records';

export interface EffectsStore {
  /**
   * All of them in one step, unless effects were applied under the marker before. Resolves to those that the database
   * cannot hold: they cost the others nothing.
   */
  apply(effects: StoreEffects): Promise<readonly EffectFailure[]>;
  /** Tells of the metrics that this process has applied, each once: never of those of a marker that was there. */
  onMetrics(listener: (account: string, metrics: readonly MetricEffect[]) => void): Disposable;
  /** What a person does to the records of an account, in one step. */
  change(account: string, effects: readonly Exclude<StoreEffect, ScheduleEffect>[]): Promise<void>;
}

export interface Contacts {
  get(account: string, key: string): Promise<Contact>;
  /** By key. */
  list(account: string, query: ContactListQuery): Promise<Page<Contact>>;
}

/** Who is who: contacts by all of their addresses. Effects change it. */
export interface Identities {
  /** Also by the id of one who was merged. */
  get(account: string, id: string): Promise<Identity>;
  /** Null: nobody is known by it. */
  find(account: string, address: IdentityAddress): Promise<Identity | null>;
  /** By id. */
  list(account: string, page: PageQuery): Promise<Page<Identity>>;
}

export interface ContactGroups {
  get(account: string, key: string): Promise<ContactGroup>;
  /** By name. */
  list(account: string, page: PageQuery): Promise<Page<ContactGroup>>;
}

export interface Optouts {
  /** Cheap for many at once: they are asked for together. The address is written as `normaliseAddress` gives it. */
  includes(account: string, type: string, value: string): Promise<boolean>;
  /** By type and address. */
  list(account: string, page: PageQuery): Promise<Page<Optout>>;
}

export interface Metrics {
  /** Names of what was fired. */
  list(account: string, page: PageQuery): Promise<Page<MetricName>>;
  /** Steps in which nothing was fired have no point. */
  series(account: string, query: MetricQuery): Promise<SeriesPoint[]>;
}

/** What is to happen in apps, until it happens. Handlers make them by store effects. */
export interface Schedules {
  /** By time. */
  list(account: string, query: PageQuery & { readonly app?: string }): Promise<Page<Schedule>>;
  cancel(ref: AppRef, id: string): Promise<void>;
  /** Those that are due at a time (milliseconds since the epoch), the longest overdue first. */
  due(at: number, query: DueQuery): Promise<Schedule[]>;
  /** When the next one is due, but for those of some apps, milliseconds since the epoch; null: there is none. */
  next(except: readonly AppRef[]): Promise<number | null>;
  /** Those of these ids that are still there. */
  remove(ids: readonly string[]): Promise<void>;
  /** Puts those that come again off to their next times, unless they were replaced or cancelled meanwhile. */
  repeat(next: readonly { readonly id: string; readonly due: number }[]): Promise<void>;
}
