/**
 * What the platform and the SDK, which is part of an app's code, agree on about conversations (decision 39). A conversation is
 * remembered under this and the app's own address, in the state of its user.
 */
export const TALK_KEY = 'vumi:talk:';

/**
 * The one member of an object in what a conversation is remembered by: its value is what a user answered to a secret question,
 * or what came of it.
 */
export const SECRET_MARK = 'vumi:secret';

/** In place of `SECRET_MARK` in the keyed state: its value is sealed under a key of the account. */
export const SEALED_MARK = 'vumi:sealed';

/** True in the `app` of a turn that is taken back where its conversation does not fit the app's code. */
export const MUST_FIT = Symbol.for('vumi:must-fit');

/** True in the `app` of a turn whose message is the app's own keyword alone. */
export const OWN_KEYWORD = Symbol.for('vumi:own-keyword');

/** In each `app`: `(user, endpoint?) => OpenTalks`. */
export const OPEN_TALKS = Symbol.for('vumi:open-talks');

export interface OpenTalks {
  /** What the app remembers of conversations with a user, by the address of its own. */
  readonly talks: readonly (readonly [to: string, kept: unknown])[];
  /** `transport_type` of the endpoint that was asked for; null where it is not known, or each message has its own. */
  readonly network: string | null;
}

/** What is counted of conversations, by screen and question. */
export const TALK_COUNTS = [
  'began',
  'shown',
  'answered',
  'refused',
  'helped',
  'back',
  'hung_up',
  'timed_out',
  'gave_up',
  'stopped',
  'ended',
  'diverged',
  'failed',
] as const;
export type TalkCount = (typeof TALK_COUNTS)[number];

/** One thing that is counted of a conversation. */
export interface TalkNote {
  readonly what: TalkCount;
  readonly screen: string;
  /** Empty where it is about the screen. */
  readonly question: string;
  /** When the question was asked: milliseconds since the epoch. What became of it is counted in the hour in which it was asked. */
  readonly at: number;
  /** When its conversation began: so conversations of one age are compared. Absent: not known. */
  readonly began?: number | undefined;
}

/** In each `app`: `(note: TalkNote) => void`. */
export const NOTE_TALK = Symbol.for('vumi:note-talk');

/**
 * In each `app`: makes `Date`, `Math.random` and the console those of another time, while a conversation is told what it was told
 * before; milliseconds since the epoch, a number of 32 bits, and whether nothing is to be logged.
 */
export const SET_MOMENT = Symbol.for('vumi:set-moment');
export type SetMoment = (now: number, chance: number, isSilent: boolean) => void;

/** In a line of an app's log that is the SDK's: the stack of an error, whose place in the author's file is added to its text. */
export const PLACE_FIELD = 'vumi:place';
