import type { Wait } from './journal.ts';
import { KEYS } from './menu.ts';
import { Retry, type Reader } from './parsers.ts';
import type { InLanguage, Question } from './question.ts';
import type { Text } from './talk.ts';
import type { Json } from '../state.ts';
import type { LazyText } from '../languages/lazy-text.ts';
import { fold, helpWordsOf, type Texts } from './words.ts';

/** What a conversation goes on with. */
export type Input =
  | { readonly kind: 'begin' }
  | { readonly kind: 'answer'; readonly text: string }
  /** Shows the open question again, after a text. */
  | { readonly kind: 'show'; readonly lead?: string }
  /** Asks the open question as if it had not been asked. */
  | { readonly kind: 'anew' }
  /** Its time is over. */
  | { readonly kind: 'late' }
  /** Its page has answered it. */
  | { readonly kind: 'given'; readonly value: Json };

/** How a question is shown. */
export interface Showing {
  /** What stands before it. */
  readonly lead: string;
  readonly page: number;
  /** Answers that were refused. */
  readonly tries: number;
}

export type Verdict =
  /** `isGivenUp`: by `otherwise`, after the last try. */
  | { readonly kind: 'accepted'; readonly value: unknown; readonly isGivenUp?: boolean }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'again'; readonly showing: Showing; readonly isHelp?: boolean }
  | { readonly kind: 'back' }
  | { readonly kind: 'home' }
  | { readonly kind: 'interrupted'; readonly screen: string }
  | { readonly kind: 'gave_up' };

/** Nothing was answered: the user goes somewhere else. */
export function leadsAway(
  verdict: Verdict,
): verdict is Extract<Verdict, { kind: 'back' | 'home' | 'interrupted' }> {
  return verdict.kind === 'back' || verdict.kind === 'home' || verdict.kind === 'interrupted';
}

export interface Judging {
  readonly texts: Texts;
  /** Words that are answered with a text at any question, or with a screen of these. */
  readonly interrupts: Readonly<Record<string, Text>>;
  readonly screens: Readonly<Record<string, unknown>>;
  readonly pages: () => number;
  readonly hasBack: boolean;
  readonly hasHome: boolean;
  readonly say: InLanguage;
  readonly reader: Reader;
}

const TRIES = 3;

/** What becomes of what the user typed, or did not type (spec authoring §2.2). */
export async function judge(
  question: Question,
  wait: Wait,
  input: Input,
  judging: Judging,
): Promise<Verdict> {
  const { options } = question;
  if (input.kind === 'late') return otherwise(question) ?? { kind: 'timed_out' };
  if (input.kind === 'given') return { kind: 'accepted', value: input.value };
  if (input.kind !== 'answer')
    return again(wait, { lead: input.kind === 'show' ? (input.lead ?? '') : '', page: 0 });
  if (options.literal === true) return parse(question, wait, input.text, judging);
  const helped = helpFor(question, wait, input.text, judging);
  if (helped !== null) return helped;
  return navigate(wait, fold(input.text), judging) ?? parse(question, wait, input.text, judging);
}

async function parse(
  question: Question,
  wait: Wait,
  text: string,
  { texts, say, reader }: Judging,
): Promise<Verdict> {
  const { options } = question;
  const value = await question.parse(text, texts, reader);
  if (!(value instanceof Retry)) return { kind: 'accepted', value };
  const tries = wait.tries + (question.byPage === true ? 0 : 1);
  if (tries < (options.tries ?? TRIES))
    return again(wait, {
      lead: say(value.text ?? retryText(options.retry, tries) ?? texts.retry),
      page: 0,
      tries,
    });
  const last = otherwise(question);
  return last === null ? { kind: 'gave_up' } : { ...last, isGivenUp: true };
}

function otherwise({ options }: Question): Extract<Verdict, { kind: 'accepted' }> | null {
  return 'otherwise' in options ? { kind: 'accepted', value: options.otherwise } : null;
}

function again({ lead, page, tries }: Wait, change: Partial<Showing>): Extract<Verdict, { kind: 'again' }> {
  return { kind: 'again', showing: { lead, page, tries, ...change } };
}

/** That of the question goes before that of all questions. */
function helpFor({ options }: Question, wait: Wait, text: string, judging: Judging): Verdict | null {
  const isOwn = options.help !== undefined && isHelp(text, judging.texts);
  const help = isOwn ? judging.say(options.help) : interruptOf(judging, text);
  if (help === null) return null;
  if (!isOwn && Object.hasOwn(judging.screens, help)) return { kind: 'interrupted', screen: help };
  return { ...again(wait, { lead: help, page: 0 }), isHelp: true };
}

function isHelp(text: string, texts: Texts): boolean {
  return helpWordsOf(texts).some((word) => fold(word) === fold(text));
}

function interruptOf({ interrupts, say }: Judging, text: string): string | null {
  const words = Object.entries(interrupts);
  if (words.length === 0) return null;
  const word = fold(text);
  const found = words.find(([name]) => fold(name) === word);
  return found === undefined ? null : say(found[1]);
}

/** Keys that go through pages, to the question before, and to the first screen. */
function navigate(wait: Wait, key: string, { pages, hasBack, hasHome }: Judging): Verdict | null {
  if (key === KEYS.home && hasHome) return { kind: 'home' };
  if (key === KEYS.more && wait.page + 1 < pages()) return again(wait, { page: wait.page + 1 });
  if (key !== KEYS.back) return null;
  if (wait.page > 0) return again(wait, { page: wait.page - 1 });
  return hasBack ? { kind: 'back' } : null;
}

function retryText(retry: Question['options']['retry'], tries: number): string | LazyText | null {
  if (retry === undefined) return null;
  return typeof retry === 'function' ? retry(tries) : retry;
}
