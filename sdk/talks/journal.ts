import { SECRET_MARK } from '@vumi/core/talks';
import type { Json } from '../state.ts';

/**
 * What a conversation is remembered by (spec authoring §3.1): each step in the order in which it was over.
 * `a` an answer of the user, `c` a call of the app, `o` a `once`, `v` a `visit` that is over.
 */
export type StepKind = 'a' | 'c' | 'o' | 'v';

export interface Step {
  readonly kind: StepKind;
  /** In the order in which steps were begun, from 0 on. */
  readonly order: number;
  /** How many had begun when it was over: where some ran at a time, more than came before it. */
  readonly begun: number;
  /** What was done, not how it was worded. */
  readonly tag: string;
  /** Whether it worked; `value` is the error's text where it did not. */
  readonly worked: boolean;
  readonly value: Json;
  /** Nothing takes it back: the user cannot go back across it. */
  readonly isFinal: boolean;
  /** Of an answer: milliseconds since the epoch of the message that brought it. */
  readonly at: number;
  /** Of an answer: the language that the user had got by then, where an interrupt had set another. */
  readonly language?: string | undefined;
  /** Its value is nobody's to read. */
  readonly isSecret?: boolean | undefined;
}

/** A screen that is open, with what it was told so far. */
export interface Frame {
  readonly screen: string;
  readonly params: Readonly<Record<string, string>>;
  /** Of the user, when it was opened. */
  readonly language: string | null;
  readonly steps: readonly Step[];
}

/** The question that is open. */
export interface Wait {
  readonly tag: string;
  readonly since: number;
  /** Answers that were refused. */
  readonly tries: number;
  /** Of its pages, from 0 on. */
  readonly page: number;
  /** What stood before the question when it was shown: pages are the same again by it. */
  readonly lead: string;
  /** The user came back and was asked whether to go on. */
  readonly asksToGoOn: boolean;
  /** Schedules that its answer cancels. */
  readonly timers: readonly string[];
  /** It was asked when nothing could be shown: what the user types next answers something else. */
  readonly isUnseen: boolean;
}

export interface Talk {
  readonly id: string;
  readonly began: number;
  readonly language: string | null;
  /** Which way out of the app leads to the user. */
  readonly endpoint: string;
  /** Answers that were taken, of all screens. */
  readonly answers: number;
  readonly frames: readonly Frame[];
  readonly wait: Wait;
  /** When it last had to begin again because its code had changed; 0: never. */
  readonly restarted: number;
  readonly isWarned: boolean;
  /** The conversation that a word of `interrupts` left for this one; it goes on when this one is over. */
  readonly under: Talk | null;
}

const MOST_ANSWERS = 200;
const MOST_STEPS = 1000;
const MOST_CHARACTERS = 32_768;
export const LONGEST_STEP = 8192;
export const MOST_VISITS = 8;
/** The part of a bound at which the author is warned. */
const NEARLY = 0.7;

type Packed = [
  kind: StepKind,
  order: number,
  tag: string,
  flags: number,
  value: Json,
  at: number,
  language?: string | null,
  begun?: number,
];

const WORKED = 1;
const FINAL = 2;
const SECRET = 4;

/** As it is kept: short, because it is read and written with each message. */
export function packTalk(talk: Talk): Json {
  const frames = talk.frames.map(({ screen, params, steps, language: first }) => [
    screen,
    { ...params },
    steps.map(packStep),
    first,
  ]);
  const { id, began, language, endpoint, answers, restarted, isWarned, wait, under } = talk;
  const { tag, since, tries, page, lead, asksToGoOn, timers, isUnseen } = wait;
  return {
    v: 1,
    id,
    began,
    language,
    endpoint,
    answers,
    restarted,
    warned: isWarned,
    ...(under !== null && { under: packTalk(under) }),
    frames,
    wait: [tag, since, tries, page, lead, asksToGoOn, [...timers], ...(isUnseen ? [true] : [])],
  };
}

function packStep({ kind, order, begun, tag, worked, value, isFinal, at, language, isSecret }: Step): Json[] {
  const flags = (worked ? WORKED : 0) + (isFinal ? FINAL : 0) + (isSecret === true ? SECRET : 0);
  const kept = isSecret === true ? { [SECRET_MARK]: value } : value;
  const packed: Json[] = [kind, order, tag, flags, kept, at];
  if (begun !== order + 1) packed.push(language ?? null, begun);
  else if (language !== undefined) packed.push(language);
  return packed;
}

/** Null for what is none of ours: the state of an app is its author's to write. */
export function unpackTalk(kept: unknown): Talk | null {
  if (typeof kept !== 'object' || kept === null) return null;
  const talk = kept as Record<string, unknown>;
  const { wait, frames } = talk;
  if (talk['v'] !== 1 || !Array.isArray(wait) || !Array.isArray(frames) || frames.length === 0) return null;
  const [tag, since, tries, page, lead, asksToGoOn, timers, isUnseen] = wait as unknown[];
  const open = frames.map(unpackFrame);
  if (typeof tag !== 'string' || !Array.isArray(timers)) return null;
  if (!open.every((frame) => frame !== null)) return null;
  return {
    id: String(talk['id']),
    began: Number(talk['began']),
    language: typeof talk['language'] === 'string' ? talk['language'] : null,
    endpoint: String(talk['endpoint']),
    answers: Number(talk['answers']),
    restarted: Number(talk['restarted']),
    isWarned: talk['warned'] === true,
    under: unpackTalk(talk['under']),
    frames: open,
    wait: {
      tag,
      since: Number(since),
      tries: Number(tries),
      page: Number(page),
      lead: String(lead),
      asksToGoOn: asksToGoOn === true,
      timers: timers.map(String),
      isUnseen: isUnseen === true,
    },
  };
}

function unpackFrame(kept: unknown): Frame | null {
  if (!Array.isArray(kept)) return null;
  const [screen, params, steps, language] = kept as unknown[];
  if (typeof screen !== 'string' || typeof params !== 'object' || params === null || !Array.isArray(steps))
    return null;
  return {
    screen,
    params: params as Record<string, string>,
    language: typeof language === 'string' ? language : null,
    steps: (steps as Packed[]).map(unpackStep),
  };
}

function unpackStep([kind, order, tag, flags, kept, at, language, begun = order + 1]: Packed): Step {
  const isSecret = (flags & SECRET) !== 0;
  return {
    kind,
    order,
    begun,
    tag,
    worked: (flags & WORKED) !== 0,
    value: isSecret ? ((kept as { readonly [SECRET_MARK]?: Json })[SECRET_MARK] ?? null) : kept,
    isFinal: (flags & FINAL) !== 0,
    at,
    language: language ?? undefined,
    ...(isSecret && { isSecret }),
  };
}

/** How much of its bounds a conversation has used, 1 being all; what it has most of, in words. */
export function fullness(talk: Talk): {
  readonly share: number;
  readonly isNear: boolean;
  readonly what: string;
} {
  const steps = talk.frames.reduce((sum, frame) => sum + frame.steps.length, 0);
  const characters = JSON.stringify(packTalk(talk)).length;
  const parts = [
    { share: talk.answers / MOST_ANSWERS, what: `${talk.answers} answers` },
    { share: steps / MOST_STEPS, what: `${steps} steps` },
    { share: characters / MOST_CHARACTERS, what: `${characters} characters` },
  ];
  const most = parts.reduce((one, other) => (other.share > one.share ? other : one));
  return { ...most, isNear: most.share >= NEARLY };
}
