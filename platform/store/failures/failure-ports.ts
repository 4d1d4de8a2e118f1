import type { Page } from '../records.ts';
import type {
  DueFailure,
  FailureDetail,
  FailureFilter,
  FailureQuery,
  FailureRow,
  NewFailure,
} from './records.ts';

/** What could not be handled. `account` null: of all accounts and of none; `actor` is who does it. */
export interface Failures {
  /** Newest first. */
  list(query: FailureQuery): Promise<Page<FailureRow>>;
  get(account: string | null, id: string): Promise<FailureDetail>;
  /** Of those who ask at once one succeeds; `request.conflict` for one that is not dead. */
  replay(account: string | null, id: string, actor: string): Promise<void>;
  /** Those that are dead, the oldest first, 10,000 at most; how many. */
  replayAll(filter: FailureFilter, actor: string): Promise<number>;
  /** Also one that is tried again at a time; `request.conflict` for one that somebody was done with. */
  drop(account: string | null, id: string, actor: string): Promise<void>;
  dropAll(filter: FailureFilter, actor: string): Promise<number>;
}

/** Of the failure worker. */
export interface FailureQueue {
  /** One that is there is not kept twice. */
  add(failure: NewFailure): Promise<void>;
  /** What is to be published at a time (milliseconds since the epoch), the longest due first. */
  due(at: number, limit: number): Promise<DueFailure[]>;
  /** They were. */
  published(ids: readonly string[]): Promise<void>;
  /** Forgets what is not kept any longer. */
  trim(): Promise<void>;
}
