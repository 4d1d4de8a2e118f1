import type { AppRef, RunKind, UserMessage } from '@vumi/core';
import type { TalkNote } from '@vumi/core/talks';
import type { FailureReason } from '../frames.ts';

/** How the handling of a message or event ended: its effects took place, or why they did not. `pace`: it was dropped. */
export type RunOutcome = 'ok' | FailureReason | 'pace';

/** What one turn used. */
export interface TurnCost {
  readonly cpu_us: number;
  /** From its start on a runner to its end. */
  readonly wall_ms: number;
  /** Its isolate had to be made first. */
  readonly cold: boolean;
  /** 1, or more when runners or isolates were lost under it. */
  readonly runs: number;
  /** Calls to the host, by kind; those to resources by name. */
  readonly calls: Readonly<Record<string, number>>;
  /** Of the message and of answers, as JSON. */
  readonly bytes_in: number;
  /** Of calls and effects, as JSON. */
  readonly bytes_out: number;
}

/** How one message or event fared in its app: what it used, and all that is needed to do it again. */
export interface Run extends AppRef {
  readonly version: number;
  /** `message_id`, or `event_id` of an event. */
  readonly message_id: string;
  readonly kind: RunKind;
  readonly outcome: RunOutcome;
  /** The reason, with a stack in the author's files; null when it worked. */
  readonly error: string | null;
  /** What `Date.now()` said, milliseconds since the epoch. */
  readonly at: number;
  readonly cost: TurnCost & {
    /** From its arrival to its start: behind messages of the same user, of other apps, or the loading of its app. */
    readonly wait_ms: number;
    readonly sends: number;
  };
  /** What is counted of its conversation. */
  readonly talk: readonly TalkNote[];
  /** Whose message, schedule or event it was; null: nobody's. */
  readonly user: string | null;
  /** What it left to be sent. */
  readonly sent: readonly UserMessage[];
  /** JSON (recording/record.ts); null when it would be larger than is kept. */
  readonly record: string | null;
}
