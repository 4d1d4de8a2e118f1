import type { AppRef, ComparedSizes, Tally, TalkPolicy } from '@vumi/core';
import type { AppVersion, Page, PageQuery } from '../records.ts';

/** How a version comes to all users (spec authoring §7). */
export interface RolloutPlan {
  /** Percents of new sessions, rising to 100. */
  readonly stages: readonly number[];
  /** Seconds of each stage at least. */
  readonly each_s: number;
  /** Seconds after which a stage ends without evidence, too; null: never. */
  readonly promote_after_s: number | null;
}

/** `ended`: somebody activated a version meanwhile. */
export const ROLLOUT_STATES = ['running', 'finished', 'rolled_back', 'ended'] as const;
export type RolloutState = (typeof ROLLOUT_STATES)[number];

/** `held`: the next stage does not begin for that reason. */
export const ROLLOUT_DECISIONS = ['began', 'held', 'promoted', 'finished', 'rolled_back', 'ended'] as const;

/** What was decided of a rollout, and of which numbers. */
export interface RolloutDecision {
  readonly at: string;
  readonly decision: (typeof ROLLOUT_DECISIONS)[number];
  /** Of new sessions, from then on. */
  readonly percent: number;
  /** For people. */
  readonly reason: string;
  readonly numbers: Readonly<Record<string, unknown>>;
}

export interface RolloutRow extends RolloutPlan {
  readonly version: number;
  /** Beside which it is rolled out, and to which it is taken back. */
  readonly stable: number;
  readonly state: RolloutState;
  /** Of the stages, from 0. */
  readonly stage: number;
  /** Since when. */
  readonly stage_at: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  /** Oldest first. */
  readonly decisions: readonly RolloutDecision[];
}

export interface RunningRollout extends AppRef, Omit<RolloutRow, 'state' | 'ended_at' | 'decisions'> {
  readonly id: string;
  /** What was known when the stage began. */
  readonly seen: readonly Seen[];
  /** Why the stage is held, as far as it was told. */
  readonly told: readonly string[];
}

/** Conversations with the version of which it is known what became of them at a question; without names: messages. */
export interface Seen {
  readonly screen: string;
  readonly question: string;
  readonly all: number;
}

/** Of the hours in which both versions were talked to, each with the weight of the candidate's share of it. */
export interface Compared {
  readonly candidate: Tally;
  readonly stable: Tally;
}

export interface RolloutNumbers {
  /** Messages and events, and those that failed or no longer fitted their conversation. */
  readonly runs: Compared;
  /** The same, and only those that no longer fitted. */
  readonly diverged: Compared;
  /** What was sent, and that of which nobody knows whether the network has it. */
  readonly uncertain: Compared;
  /** Conversations that were asked, and those that left. */
  readonly questions: readonly (Compared & { readonly screen: string; readonly question: string })[];
  /** Questions that the stable version comes to. */
  readonly reach: readonly Reach[];
  /** Microseconds for a message that found the app loaded, of nineteen of twenty; null where too few are known. */
  readonly cpu: { readonly candidate: number; readonly stable: number } | null;
  /** Segments of conversations that began in the same hours, or of messages; null: nothing to compare. */
  readonly sizes: (ComparedSizes & { readonly of: 'conversations' | 'messages' }) | null;
}

export interface Reach {
  readonly screen: string;
  readonly question: string;
  /** Of the stable version's conversations, those that come to it: 0 to 1. */
  readonly share: number;
  /** Conversations with the candidate that came to it. */
  readonly reached: number;
  /** As many as would have come by now, as with the stable version. */
  readonly expected: number;
}

export interface RolloutChange {
  readonly decision: 'held' | 'promoted' | 'rolled_back';
  readonly reason: string;
  readonly numbers: Readonly<Record<string, unknown>>;
  /** What is known by now, where a stage begins. */
  readonly seen: readonly Seen[];
  /** Of what is held: a name of the reason, which is told once in a stage. */
  readonly cause?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Rollouts {
  /** Gives the version the share of the first stage; what is on of the app ends. `at`: milliseconds since the epoch. */
  begin(
    ref: AppRef,
    version: number,
    how: { readonly plan: RolloutPlan; readonly talks?: TalkPolicy | undefined; readonly at: number },
  ): Promise<AppVersion>;
  /** Newest first. */
  list(ref: AppRef, page: PageQuery): Promise<Page<RolloutRow>>;
  running(): Promise<RunningRollout[]>;
  compare(rollout: RunningRollout, at: number): Promise<RolloutNumbers>;
  /** What was done, with its entry in the audit log; null where the rollout is no longer at this stage. */
  decide(rollout: RunningRollout, change: RolloutChange): Promise<RolloutDecision | null>;
}
