/** For how long things are kept where an account says nothing. */
export interface RetentionPlan {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Null: for ever. */
  readonly retentionDays: number | null;
}

export interface TidyReport {
  readonly made: number;
  /** Names of the partitions that nobody kept any longer. */
  readonly dropped: readonly string[];
  /** Messages and events with times of no partition, counted to a limit. */
  readonly unfiled: number;
}

/** What is done from time to time about messages that are written already; of all processes one does it. */
export interface MessageKeeping {
  /** Makes partitions ahead, and drops those that no account keeps. No statement waits for a lock for long. */
  tidyPartitions(plan: RetentionPlan): Promise<TidyReport>;
  /**
   * Deletes what accounts keep no longer, some rows at a time, until nothing is left or the signal says to stop. Answers
   * how many messages it were. What was not deleted is deleted by the next call.
   */
  deleteExpired(plan: RetentionPlan, signal: AbortSignal): Promise<number>;
  /** Marks messages that were written after an event which told trouble of them. */
  markTroubles(): Promise<void>;
}
