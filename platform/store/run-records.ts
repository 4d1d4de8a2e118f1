/** How apps fared and what they used, as the store gives it out and takes it in. Field names are those of the HTTP API (DESIGN §6); times are ISO 8601 in UTC. */
import type { AppRef, RunKind } from '@vumi/core';
import type { TalkCount, TalkNote } from '@vumi/core/talks';
import type { PageQuery } from './records.ts';

/** What one message or event used of its app. */
export interface RunCost {
  readonly cpu_us: number;
  readonly wall_ms: number;
  readonly wait_ms: number;
  readonly cold: boolean;
  readonly runs: number;
  /** By kind. */
  readonly calls: Readonly<Record<string, number>>;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly sends: number;
}

/** How a message or event fared in an app. */
export interface NewRun extends AppRef {
  readonly version: number;
  /** Or the id of an event. */
  readonly message_id: string;
  readonly kind: RunKind;
  /** `ok`, or the reason of its failure. */
  readonly outcome: string;
  readonly error: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly cost: RunCost;
  /** What is counted of its conversation. */
  readonly talk?: readonly TalkNote[];
  /** Who it was of; null or absent: nobody's. Only to tell users apart: it is not written. */
  readonly user?: string | null;
  /** Of all that it sent. */
  readonly segments?: number;
  /** JSON of what is needed to run it again; null when that is too much to keep. */
  readonly record: string | null;
}

export interface RunRow {
  readonly message_id: string;
  readonly version: number;
  readonly kind: RunKind;
  readonly outcome: string;
  readonly error: string | null;
  readonly at: string;
  readonly cost: RunCost;
  /** Whether it can be run again. */
  readonly recorded: boolean;
}

export interface RunDetail extends RunRow {
  readonly record: Record<string, unknown> | null;
}

export interface RunQuery extends PageQuery {
  /** One outcome, or `failed` for all but `ok`. */
  readonly outcome?: string;
}

/** ISO 8601; default: the last 31 days. Whole hours are counted. */
export interface UsageRange {
  readonly from?: string;
  readonly to?: string;
}

export interface Usage {
  readonly messages: number;
  readonly cpu_ms: number;
  readonly http_calls: number;
  readonly host_calls: number;
  readonly sends: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly cold_starts: number;
  /** By reason. */
  readonly failures: Readonly<Record<string, number>>;
}

/** What an app has used since it was first deployed. */
export interface AppTotals extends AppRef {
  /** False once it was deleted. */
  readonly deployed: boolean;
  readonly cpu_us: number;
  readonly wall_us: number;
  /** In which its messages waited for their handlers. */
  readonly wait_us: number;
  readonly sends: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly cold_starts: number;
  /** Messages and events, by how they ended. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Calls to the platform, by kind. */
  readonly calls: Readonly<Record<string, number>>;
}

export interface AppUsage extends AppRef {
  readonly from: string;
  readonly to: string;
  readonly total: Usage;
  readonly hours: readonly (Usage & { readonly hour: string })[];
}

export interface AccountUsage {
  readonly account: string;
  readonly from: string;
  readonly to: string;
  readonly total: Usage;
  readonly apps: readonly (Usage & { readonly app: string })[];
}

/** How often what happened at a question, or to conversations that began or ended at a screen. */
export interface FunnelRow {
  readonly version: number;
  readonly screen: string;
  /** Empty: of the screen. Both empty: of the version. */
  readonly question: string;
  readonly counts: Readonly<Partial<Record<TalkCount, number>>>;
  /** More users leave here than with this version, for sure: of the hours in which both were talked to. */
  readonly worse_than?: number;
}

/** What a version sent in all. */
export interface SentRow {
  readonly version: number;
  readonly segments: number;
  readonly conversations: number;
  /** Of users. */
  readonly messages: number;
  /** A conversation, or a message, takes more segments than with this version, for sure: of the hours in which both were talked to. */
  readonly more_than?: number;
}

export interface AppFunnel extends AppRef {
  readonly from: string;
  readonly to: string;
  readonly items: readonly FunnelRow[];
  /** The newest version first. */
  readonly sent: readonly SentRow[];
}
