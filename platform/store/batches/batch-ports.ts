import type { Page, PageQuery } from '../records.ts';

/** A tag of messages: the pool's name and its own. */
export interface BatchTag {
  readonly pool: string;
  readonly tag: string;
}

/** Messages that belong together. `account` null: of the platform, with messages of all accounts. */
export interface Batch {
  readonly id: string;
  readonly account: string | null;
  readonly name: string | null;
  readonly created_at: string;
  /** Null while messages of its tags still come to it. */
  readonly done_at: string | null;
  /** Those that it was started with; `current`: whose messages come to it now. */
  readonly tags: readonly (BatchTag & { readonly current: boolean })[];
}

export interface NewBatch {
  readonly account: string | null;
  readonly name: string | null;
  readonly tags: readonly BatchTag[];
}

/**
 * Vumi's batches (spec vumi-core §6). A message is in the batch to which its tag leads when it is stored, its events with it.
 * Ids are given out by `start`; `not_found` for others, and for those of another account.
 */
export interface Batches {
  /** A tag that leads to another batch of the same account leads to this one from now on. */
  start(batch: NewBatch): Promise<Batch>;
  /** Its tags lead nowhere any more; what is in it stays. Done twice is done once. */
  done(account: string | null, id: string): Promise<Batch>;
  get(account: string | null, id: string): Promise<Batch>;
  /** Newest first. */
  list(account: string | null, page: PageQuery): Promise<Page<Batch>>;
  /** Answers how many of them were new in it. `not_found`, and none is added, when one is not there. */
  add(account: string | null, id: string, messageIds: readonly string[]): Promise<number>;
  /** Of all its time, or by the hour in which something happened. */
  counts(account: string | null, id: string): Promise<BatchCounts>;
}

/** How often something happened. `received.…`, `nack.…` and `delivery_report.…` are parts of the sums before them. */
export type StatusCounts = Readonly<Record<StatusKind, number>>;

export const STATUS_KINDS = [
  'received',
  'received.unrouted',
  'received.discarded',
  'received.failed',
  'sent',
  'refused',
  'ack',
  'nack',
  'nack.uncertain',
  'nack.discarded',
  'nack.expired',
  'nack.cancelled',
  'delivery_report',
  'delivery_report.delivered',
  'delivery_report.failed',
  'delivery_report.pending',
] as const;
export type StatusKind = (typeof STATUS_KINDS)[number];

export interface BatchCounts {
  readonly total: StatusCounts;
  readonly hours: readonly { readonly at: string; readonly counts: StatusCounts }[];
}

export const COUNT_GROUPS = ['account', 'app', 'transport'] as const;
export type CountGroup = (typeof COUNT_GROUPS)[number];

export interface CountsQuery {
  /** Null: of all accounts, and of none. */
  readonly account: string | null;
  /** From the hour, or the day, of this instant on, ISO 8601. */
  readonly from?: string;
  /** Before this instant, ISO 8601. */
  readonly to?: string;
  readonly unit: 'hour' | 'day';
  /** What the rows are told apart by, beside the time. */
  readonly group: readonly CountGroup[];
}

export interface CountsRow {
  readonly at: string;
  /** Those that are grouped by; null: none. */
  readonly account?: string | null;
  readonly app?: string | null;
  readonly transport?: string | null;
  readonly counts: StatusCounts;
}

export interface CountedRange {
  readonly from: string;
  readonly to: string;
  readonly total: StatusCounts;
  readonly rows: readonly CountsRow[];
}

/** What was received and sent, and what became of it: each message and event once, however often it was stored. */
export interface Counts {
  read(query: CountsQuery): Promise<CountedRange>;
  /** Takes what was written into the counts. False when there may be more, true when not or when another process does it. */
  fold(): Promise<boolean>;
}
