import { SECRET_MARK } from '@vumi/core/talks';
import type { Json } from '../state.ts';
import { hashOf } from './chance.ts';

/** `a` an answer of the user, `c` a call of the app, `o` a `once`, `v` a `visit` that is over. */
export type StepKind = 'a' | 'c' | 'o' | 'v';

/**
 * What a conversation is remembered by (spec authoring §3.1): each step in the order in which it was over, as it is kept. With
 * each message all of them are read and written again, and most only told: so none is taken apart.
 */
export type Step = readonly [
  kind: StepKind,
  /** In the order in which steps were begun, from 0 on. */
  order: number,
  /** What was done, not how it was worded. */
  tag: string,
  flags: number,
  /** The error's text where it did not work. */
  kept: Json,
  /** Of an answer and of a visit: milliseconds since the epoch of the message that brought it; else 0. */
  at: number,
  /** Of an answer: the language that the user had got by then, where an interrupt had set another. */
  language?: string | null,
  /** How many had begun when it was over: where some ran at a time, more than came before it. */
  begun?: number,
];

/** What makes a step. */
export interface Happened {
  readonly kind: StepKind;
  readonly order: number;
  readonly begun: number;
  readonly tag: string;
  readonly worked: boolean;
  readonly value: Json;
  /** Nothing takes it back: the user cannot go back across it. */
  readonly isFinal: boolean;
  readonly at: number;
  readonly language?: string | undefined;
  /** Its value is nobody's to read. */
  readonly isSecret?: boolean | undefined;
}

const WORKED = 1;
const FINAL = 2;
const SECRET = 4;

export function stepOf(happened: Happened): Step {
  const { kind, order, begun, tag, worked, value, isFinal, at, language, isSecret } = happened;
  const flags = (worked ? WORKED : 0) + (isFinal ? FINAL : 0) + (isSecret === true ? SECRET : 0);
  const kept = isSecret === true ? { [SECRET_MARK]: value } : value;
  if (begun !== order + 1) return [kind, order, tag, flags, kept, at, language ?? null, begun];
  if (language !== undefined) return [kind, order, tag, flags, kept, at, language];
  return [kind, order, tag, flags, kept, at];
}

export function hasWorked(step: Step): boolean {
  return (step[3] & WORKED) !== 0;
}

export function isFinal(step: Step): boolean {
  return (step[3] & FINAL) !== 0;
}

export function isSecret(step: Step): boolean {
  return (step[3] & SECRET) !== 0;
}

export function valueOf(step: Step): Json {
  const kept = step[4];
  return isSecret(step) ? ((kept as { readonly [SECRET_MARK]?: Json })[SECRET_MARK] ?? null) : kept;
}

export function begunAt(step: Step): number {
  return step[7] ?? step[1] + 1;
}

/** A screen that is open, with what it was told so far. */
export interface Frame {
  readonly screen: string;
  readonly params: Readonly<Record<string, string>>;
  /** Of the user, when it was opened. */
  readonly language: string | null;
  readonly steps: readonly Step[];
  /** When it was opened, milliseconds since the epoch, and what it draws from. */
  readonly at: number;
  readonly chance: number;
  /** What it has read of the app's configuration: a list of one, or of none where there was nothing. */
  readonly config: Readonly<Record<string, readonly Json[]>>;
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

/** As it is kept: short, because it is read and written with each message. */
export function packTalk(talk: Talk): Json {
  const frames = talk.frames.map(({ screen, params, steps, language: first, at, chance, config }) => [
    screen,
    { ...params },
    steps as unknown as Json,
    first,
    at,
    chance,
    config as unknown as Json,
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

/** Null for what is none of ours: the state of an app is its author's to write. */
export function unpackTalk(kept: unknown): Talk | null {
  if (typeof kept !== 'object' || kept === null) return null;
  const talk = kept as Record<string, unknown>;
  const { wait, frames } = talk;
  if (talk['v'] !== 1 || !Array.isArray(wait) || !Array.isArray(frames) || frames.length === 0) return null;
  // By index: taking an array apart calls its iterator, which costs an interpreter much.
  const tag: unknown = wait[0];
  const timers: unknown = wait[6];
  if (typeof tag !== 'string' || !Array.isArray(timers)) return null;
  const [id, began] = [String(talk['id']), Number(talk['began'])];
  const open = frames.map((kept) => unpackFrame(kept, { id, began }));
  if (!open.every((frame) => frame !== null)) return null;
  return {
    id,
    began,
    language: typeof talk['language'] === 'string' ? talk['language'] : null,
    endpoint: String(talk['endpoint']),
    answers: Number(talk['answers']),
    restarted: Number(talk['restarted']),
    isWarned: talk['warned'] === true,
    under: unpackTalk(talk['under']),
    frames: open,
    wait: {
      tag,
      since: Number(wait[1]),
      tries: Number(wait[2]),
      page: Number(wait[3]),
      lead: String(wait[4]),
      asksToGoOn: wait[5] === true,
      timers: timers.map(String),
      isUnseen: wait[7] === true,
    },
  };
}

/** Older ones do not say when they were opened. */
function unpackFrame(kept: unknown, { id, began }: Pick<Talk, 'id' | 'began'>): Frame | null {
  if (!Array.isArray(kept)) return null;
  const screen: unknown = kept[0];
  const params: unknown = kept[1];
  const steps: unknown = kept[2];
  const language: unknown = kept[3];
  const config: unknown = kept[6];
  if (typeof screen !== 'string' || typeof params !== 'object' || params === null || !Array.isArray(steps))
    return null;
  return {
    screen,
    params: params as Record<string, string>,
    language: typeof language === 'string' ? language : null,
    steps: steps as Step[],
    at: typeof kept[4] === 'number' ? kept[4] : began,
    chance: typeof kept[5] === 'number' ? kept[5] : hashOf(id),
    config: typeof config === 'object' && config !== null ? (config as Frame['config']) : {},
  };
}

/** How much of its bounds a conversation has used, 1 being all; what it has most of, in words. */
export function fullness(talk: Talk): {
  readonly share: number;
  readonly isNear: boolean;
  readonly what: string;
} {
  const steps = talk.frames.flatMap((frame) => frame.steps);
  const answers = steps.filter(([kind]) => kind === 'a').length;
  const characters = JSON.stringify(packTalk(talk)).length;
  const ofAnswers = answers / MOST_ANSWERS;
  const ofSteps = steps.length / MOST_STEPS;
  const ofCharacters = characters / MOST_CHARACTERS;
  const share = Math.max(ofAnswers, ofSteps, ofCharacters);
  const what =
    share === ofAnswers
      ? `${answers} answers`
      : share === ofSteps
        ? `${steps.length} steps`
        : `${characters} characters${mostOf(steps)}`;
  return { share, isNear: share >= NEARLY, what };
}

/** What took most of the room, by what was done. */
function mostOf(steps: readonly Step[]): string {
  const sizes = new Map<string, number>();
  for (const step of steps)
    sizes.set(step[2], (sizes.get(step[2]) ?? 0) + JSON.stringify(step[4] ?? null).length);
  const [tag, size] = [...sizes].sort(([, one], [, other]) => other - one)[0] ?? ['', 0];
  return size === 0 ? '' : `, ${size} of them what ${tag} gave`;
}
