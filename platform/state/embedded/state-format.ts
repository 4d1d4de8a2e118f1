import type { StateCommit, StateListQuery, StatePage } from '@vumi/core';

/** What the embedded state asks of its journal. `expiresAt`: milliseconds since the epoch, null = never. */
export type StateRequest =
  | readonly [op: 'get', key: string, now: number]
  | readonly [op: 'set', key: string, value: string, expiresAt: number | null]
  | readonly [op: 'setIfAbsent', key: string, value: string, expiresAt: number | null, now: number]
  | readonly [op: 'delete', key: string, now: number]
  | readonly [op: 'take', key: string, now: number]
  | readonly [op: 'increment', key: string, by: number, expiresAt: number | null, now: number]
  | readonly [op: 'putField', key: string, field: string, value: string, expiresAt: number, now: number]
  | readonly [op: 'commit', commit: StateCommit, now: number]
  | readonly [op: 'list', query: StateListQuery, now: number]
  | readonly [op: 'scan', after: string, now: number]
  | readonly [op: 'replace', key: string, value: string]
  | readonly [op: 'committed', marker: string, now: number]
  | readonly [op: 'sweep', now: number];

/** Reply to `increment` and `commit` that wrote nothing: this key's value is no integer. */
export interface NotANumber {
  readonly notANumber: string;
}

/** Reply to `commit` that wrote nothing: it would keep more keys than it may. */
export interface TooManyKeys {
  readonly maxKeys: number;
}

/** By request. `sweep` says whether more has expired than it took away. */
export interface StateReplies {
  get: string | null;
  set: null;
  setIfAbsent: boolean;
  delete: boolean;
  take: string | null;
  increment: number | NotANumber;
  putField: Record<string, string>;
  /** The outbox of an earlier commit under the marker; null when this one was made. */
  commit: readonly string[] | null | NotANumber | TooManyKeys;
  list: StatePage;
  scan: StatePage;
  replace: null;
  committed: readonly string[] | null;
  sweep: boolean;
}

export type StateReply = StateReplies[keyof StateReplies];
