/** A user who says nothing for so long begins a new session. Milliseconds. */
export const SESSION_IDLE_MS = 10 * 60 * 1000;

/** A second version that gets a share of the users. */
export interface Rollout {
  readonly version: number;
  /** Of new sessions, 1 to 99. */
  readonly percent: number;
}

/** Which versions of an app new sessions go to. */
export interface LiveVersions {
  readonly active: number;
  readonly rollout: Rollout | null;
  /** When this was last changed, milliseconds since the epoch; null when the app has had one version only. */
  readonly changedAt: number | null;
}
