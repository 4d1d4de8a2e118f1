/** A user who says nothing for so long begins a new session. Milliseconds. */
export const SESSION_IDLE_MS = 10 * 60 * 1000;

/** A second version that gets a share of the users. */
export interface Rollout {
  readonly version: number;
  /** Of new sessions, 1 to 99. */
  readonly percent: number;
}

/**
 * What becomes of conversations that are open on an earlier version (spec authoring §7). `pin`: they end on it; `move`: they go
 * on with the live version from the first message that fits it; `restart`: those that do not fit it begin again.
 */
export const TALK_POLICIES = ['pin', 'move', 'restart'] as const;
export type TalkPolicy = (typeof TALK_POLICIES)[number];

/** How long after a change of versions conversations stay on an earlier one at most. */
export const LONGEST_PIN_MS = 30 * 86_400_000;

/** Which versions of an app new sessions go to. */
export interface LiveVersions {
  readonly active: number;
  readonly rollout: Rollout | null;
  /** When this was last changed, milliseconds since the epoch; null when the app has had one version only. */
  readonly changedAt: number | null;
  readonly talks: TalkPolicy;
}
