import type { PageQuery } from '../records.ts';

/** `retrying`: at a time; `dead`: given up; then what became of it. */
export const FAILURE_STATES = ['retrying', 'dead', 'replaying', 'retried', 'replayed', 'dropped'] as const;
export type FailureState = (typeof FAILURE_STATES)[number];

/** A message or event that could not be handled. */
export interface FailureRow {
  readonly id: string;
  readonly connector: string;
  /** The routing key under which it is tried again. */
  readonly queue: string;
  readonly account: string | null;
  readonly app: string | null;
  readonly state: FailureState;
  readonly failure_code: 'permanent' | 'temporary' | null;
  /** A code of the catalogue of errors, where it was one of ours. */
  readonly error: string | null;
  readonly reason: string;
  readonly message_id: string | null;
  readonly failed_at: string;
  /** Tries that the failure worker has made. */
  readonly retries: number;
  readonly due_at: string | null;
  readonly settled_at: string | null;
  readonly settled_by: string | null;
}

export interface FailureDetail extends FailureRow {
  /** As it was published; a text where it was no JSON. */
  readonly message: unknown;
}

export interface FailureFilter {
  /** Null: of all accounts and of none. */
  readonly account: string | null;
  readonly connector?: string;
  /** A part of the reason, in any case, or the whole code of an error. */
  readonly reason?: string;
  /** Failed not before this instant, ISO 8601. */
  readonly from?: string;
  /** Failed before this instant, ISO 8601. */
  readonly to?: string;
}

export interface FailureQuery extends FailureFilter, PageQuery {
  /** Default: dead. */
  readonly state?: FailureState;
}

/** What came out of a queue of failures, with what is to become of it. */
export interface NewFailure extends Omit<
  FailureDetail,
  'state' | 'due_at' | 'settled_at' | 'settled_by' | 'failed_at'
> {
  /** Milliseconds since the epoch. */
  readonly failedAt: number;
  /** When it is tried again, milliseconds since the epoch; null: it is given up. */
  readonly dueAt: number | null;
}

export interface DueFailure {
  readonly id: string;
  readonly connector: string;
  readonly queue: string;
  readonly message: unknown;
  /** Whether somebody asked for it. */
  readonly replay: boolean;
}
