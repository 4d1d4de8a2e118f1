/**
 * The one way out of the guest: `post(kind, turn, text)`. A *turn* is one run of a handler. The runner checks that
 * the turn belongs to this isolate, so that a tenant who got hold of `post` could only speak for himself.
 */
export type PostKind =
  /** Loaded; JSON list of the handlers' names. */
  | 'loaded'
  /** Did not load; why. */
  | 'unloadable'
  /** The handler has finished; JSON of its effects. */
  | 'done'
  /** The handler threw; the stack. */
  | 'threw'
  /** JSON of one line of log. */
  | 'log'
  /** JSON of `[call id, call]`: the host answers by `settle`. */
  | 'call'
  /** Code goes on after its handler has ended; once for each turn. */
  | 'late';

export type Post = (kind: PostKind, turn: number, text: string) => void;

/** What the bootstrap hands to the runner: the only functions that enter the guest. */
export interface Entries {
  /** The worker is a script whose value is what it exports, or a function that runs it and returns that. */
  load(worker: string | (() => unknown), settings: string): void;
  /** With `holds`, what is posted until `take` is held back for it. */
  dispatch(turn: number, start: string, holds?: boolean): void;
  settle(turn: number, answers: string, holds?: boolean): void;
  drop(turn: number): void;
  /** What was held back, in the form of runner/held-posts.ts. */
  take(): string;
}

/** What a classic guest hands to the runner. A realm of it serves one message, so the app comes with each. */
export interface ClassicEntries {
  dispatch(post: Post, turn: number, start: string, code: string, settings: string): void;
  settle(turn: number, answers: string): void;
  drop(turn: number): void;
}

/**
 * What the value of a classic app's script begins with when its last statement tells of names that an `eval` keeps to
 * itself (bundle/kept-names.ts). Each `[name, get, set]` follows.
 */
export const KEPT_NAMES = 'vumi:kept-names';

/** What an app is loaded with. */
export interface LoadSettings {
  readonly config: Readonly<Record<string, unknown>>;
  readonly limits: GuestLimits;
}

/** What a classic app is loaded with. */
export interface ClassicSettings {
  /** Texts, as `config.get` gives them. */
  readonly config: Readonly<Record<string, string>>;
  readonly limits: GuestLimits;
}

export interface GuestLimits {
  readonly host_calls: number;
  readonly http_calls: number;
  readonly sends: number;
  readonly writes: number;
  readonly log_lines: number;
  readonly value_bytes: number;
  readonly total_bytes: number;
}

/** What a turn starts with. */
export interface TurnStart {
  /** A probe only loads the app; classic guests know it. */
  readonly kind: 'message' | 'event' | 'schedule' | 'optout' | 'optin' | 'probe';
  /** The user message or event with Vumi's fields, or the schedule, also of an opt-out (core/optout-schedule.ts). */
  readonly body: Record<string, unknown>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What the app can send by: null, or why not; absent: by everything. */
  readonly endpoints?: Readonly<Record<string, string | null>>;
  /** The turn is taken back if its conversation does not fit this code. */
  readonly mustFit?: true;
  /** The message is the app's own keyword and nothing else. */
  readonly isOwnKeyword?: true;
  /** What is likely to be asked for first of the user's state, by key: null where nothing is. */
  readonly kept?: Record<string, unknown>;
  /** Ids of the first outgoing messages; the call `ids` gives all. */
  readonly ids: readonly string[];
}

/** What the host makes of a command of the classic API: its reply, or the end of the run. */
export type CommandAnswer = { readonly reply: Readonly<Record<string, unknown>> } | { readonly kill: string };

/** `[call id, whether it worked, result or reason]`. */
export type Answer = readonly [number, boolean, unknown];
