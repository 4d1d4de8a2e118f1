import type { CommitResult, StateCommit } from '@vumi/core';
import { MemoryState } from '@vumi/state/memory';

/** State in memory that can be told to fail. */
export class BreakableState extends MemoryState {
  /** Thrown by the next commit in place of committing. */
  failNextCommit: Error | null = null;

  override async commit(commit: StateCommit): Promise<CommitResult> {
    const failure = this.failNextCommit;
    this.failNextCommit = null;
    if (failure !== null) throw failure;
    return super.commit(commit);
  }
}
