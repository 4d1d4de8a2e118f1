import type { OpenQuestion, Shown } from '../api.ts';

/** What somebody sees who has dialled, written or waited. */
export interface Seen {
  /** The answer; null: none came. */
  readonly shown: Shown | null;
  /** Where the conversation waits; null: nowhere, or nobody knows. */
  readonly at: OpenQuestion | null;
  /** What the question takes, and some of what it does not; null where nobody knows. */
  readonly samples: readonly string[] | null;
  /** The question is asked again because the answer was none. */
  readonly isRefused: boolean;
  /** The talk waits for nothing more. */
  readonly isOver: boolean;
  /** The app has no conversations: nobody knows when a talk is over. */
  readonly isPlain: boolean;
  /** Why nothing more is to be expected of it; null: it is well. */
  readonly broken: string | null;
}

/** A phone in the hand of a subscriber, whatever network is behind it. */
export interface Handset {
  readonly address: string;
  /** It dials; else it writes. */
  readonly hasSessions: boolean;
  /** Dials, or writes the first word. */
  begin(): Promise<Seen>;
  say(text: string): Promise<Seen>;
  /** What it shows now, after a time in which something may have come. */
  look(): Promise<Seen>;
  hangUp(): Promise<void>;
}
