import type { App } from '../app.ts';
import type { LazyText } from '../languages/lazy-text.ts';
import type { LinkOptions } from '../links.ts';
import type { Message } from '../message.ts';
import type { Json, Jsonable, SaidByJson } from '../state.ts';
import type { Duration } from './durations.ts';
import type { Parser, StandardSchema } from './parsers.ts';

/** A text, one that is still to be translated, or what makes it when it is needed. */
export type Text = string | LazyText | (() => string | LazyText);

/** The screen that a conversation begins with. */
export const START = 'start';

/** Where a screen leads: what `goto`, `value` and `end` give, to be returned. */
export class Leave {
  readonly to: LeaveTo;

  constructor(to: LeaveTo) {
    this.to = to;
  }
}

export type LeaveTo =
  | { readonly kind: 'goto'; readonly screen: string; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'end'; readonly text: string };

export interface Reminder {
  readonly after: Duration;
  /** Instead of the question. */
  readonly text?: Text;
  /** Which of the app's ways out, where not the one of the conversation: a network that can be written to. */
  readonly endpoint?: string;
}

interface QuestionOptions {
  /** What the question is called; without it questions are counted, and one that is added in between moves the others. */
  readonly id?: string;
  /** Said before the question when an answer is refused. */
  readonly retry?: Text | ((tries: number) => string | LazyText);
  /** Answers that may be refused before it is over: 3. */
  readonly tries?: number;
  /** How long it waits. Afterwards it has the value of `otherwise`, or throws `TimedOut`. */
  readonly within?: Duration;
  /** Asks again when nothing was answered for so long, three times at most. */
  readonly remind?: readonly (Duration | Reminder)[];
  /** Shows a key that takes back the last answer. */
  readonly back?: boolean;
  /** Shows a key that leads to the screen `start` and forgets the way here. */
  readonly home?: boolean;
  /** What HELP is answered with here, at no cost of tries, in place of the `help` of `interrupts`. */
  readonly help?: Text;
  /** What is typed is the answer, also a word of `interrupts` or a key. */
  readonly literal?: boolean;
  /** SMS that the text may take: 1. */
  readonly segments?: number;
}

export interface AskOptions<T> extends QuestionOptions {
  /** Answers that the explorer of the test kit types, beside those that it knows of `as`. */
  readonly examples?: readonly string[];
  readonly as?: Parser<T> | StandardSchema<T>;
  /** What is answered is recorded as `[secret]`: only the app gets to know it. */
  readonly secret?: boolean;
}

export interface ChooseOptions extends QuestionOptions {
  /** What later pages begin with. */
  readonly title?: Text;
  readonly perPage?: number;
}

/** Of a long text: its keys. Its later pages always lead back to the one before. */
export type ReadOptions = Pick<QuestionOptions, 'back' | 'home'>;

export interface LanguageOptions extends Pick<ChooseOptions, 'id' | 'back' | 'home' | 'perPage'> {
  /** What stands above the menu: nothing. */
  readonly text?: Text;
  readonly languages?: readonly string[];
  /** Names by code, in place of the languages' own. */
  readonly names?: Readonly<Record<string, string>>;
}

/** Of a question that the app's page answers. */
export interface LinkQuestion
  extends LinkOptions, Pick<QuestionOptions, 'id' | 'retry' | 'within' | 'remind' | 'back' | 'home'> {
  readonly ask: true;
  /** Stands before the address. */
  readonly text?: Text;
  /** Answers that the explorer of the test kit gives: `{}`. */
  readonly examples?: readonly Json[];
}

/** The value of a question that nobody answered rightly or in time. */
interface Otherwise<O> {
  readonly otherwise: O;
}

export interface Option<V> {
  readonly value: V;
  readonly label: Text;
  /** Words beside its number and its label that choose it. */
  readonly accept?: readonly string[];
}

/**
 * What a conversation gets: the app, and the verbs by which it talks (spec authoring §2). It runs again from the top with
 * each message, told what it was told before; so what it reads and does goes through `app`, and what it computes must be
 * the same each time. `app.now`, `Date` and `Math.random()` are those of then.
 */
export interface Talk extends Omit<App, 'link'> {
  /** Of the user: `+27761234567`. */
  readonly address: string;
  /** The message in hand, to be read; null when nobody has written, but a time is over. */
  readonly message: Message | null;
  /**
   * Asks, and resolves to the answer that was accepted.
   *
   * @throws Throws `TimedOut` when its time (`within`) is over and nothing is said by `otherwise`.
   *
   * @example
   * const age = await app.ask('How old are you?', { as: integer({ min: 10, max: 120 }), tries: 2, otherwise: null });
   * return age === null ? 'Call us.' : `Next year you are ${age + 1}.`;
   * // < How old are you?
   * // > old
   * // < Sorry, that is not an answer.
   * // < How old are you?
   * // > very
   * // < Call us.
   */
  ask(text: Text, options?: AskOptions<string>): Promise<string>;
  ask<T>(text: Text, options: AskOptions<T> & { readonly as: Parser<T> | StandardSchema<T> }): Promise<T>;
  ask<O>(
    text: Text,
    options: AskOptions<string> & Otherwise<O> & { readonly as?: undefined },
  ): Promise<string | O>;
  ask<T, O>(text: Text, options: AskOptions<T> & Otherwise<O>): Promise<T | O>;

  /**
   * A numbered menu, in pages where the network has no room for all of it.
   *
   * @example
   * const area = await app.choose('Where do you live?', { city: 'In a city', farm: 'On a farm' });
   * return `You are from the ${area}.`;
   * // < Where do you live?
   * // < 1. In a city
   * // < 2. On a farm
   * // > on a farm
   * // < You are from the farm.
   */
  choose<const M extends Readonly<Record<string, Text>>>(
    text: Text,
    options: M,
    settings?: ChooseOptions,
  ): Promise<keyof M & string>;
  choose<const O extends readonly Option<unknown>[]>(
    text: Text,
    options: O,
    settings?: ChooseOptions,
  ): Promise<O[number]['value']>;

  /**
   * Yes or no.
   *
   * @example
   * return (await app.confirm('Send it?')) ? 'Sent.' : 'Kept.';
   * // < Send it?
   * // < 1. Yes
   * // < 2. No
   * // > 1
   * // < Sent.
   */
  confirm(text: Text, options?: QuestionOptions): Promise<boolean>;

  /**
   * An address that opens the app's page for this user, once. It ends with the conversation, except one of its last text.
   *
   * @example
   * app.say('Our opening hours are on a page.');
   * return (await app.link('/hours')).slice(0, 8);
   * // < Our opening hours are on a page.
   * // < https://
   */
  link(path: string, options?: LinkOptions & { readonly ask?: false }): Promise<string>;
  /**
   * As a question: sends the address, and resolves to the JSON that the page posts to `/api/v1/answer`. It can be opened for
   * as long as the question waits (`within`), a day where it has no end.
   *
   * @example
   * const photo = await app.link('/photo', { ask: true, text: 'Show us the wound:', within: '1 day' });
   */
  link<T extends Jsonable<T> = Json>(path: string, options: LinkQuestion): Promise<T>;
  link<T extends Jsonable<T>, O>(path: string, options: LinkQuestion & Otherwise<O>): Promise<T | O>;

  /**
   * Goes out before the next question, in one message with it; `alone` as one of its own, where the network takes more than
   * one answer: not on USSD.
   *
   * @example
   * app.say('Welcome.');
   * return `Hello, ${await app.ask('Your name?')}.`;
   * // < Welcome.
   * // < Your name?
   * // > Thandi
   * // < Hello, Thandi.
   */
  say(text: Text, options?: { readonly alone?: boolean }): void;

  /**
   * A long text, in pages where the network has no room for all of it.
   *
   * @example
   * await app.read(`Our rules: ${'be kind to everybody here, and to yourself. '.repeat(5)}`);
   * return 'Thank you for reading.';
   * // > *120*8864#
   */
  read(text: Text, options?: ReadOptions): Promise<void>;

  /**
   * Leads to another screen; to be returned.
   *
   * @throws Throws where there is no such screen.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   onConversation: async (app) => app.goto('clinic/:id', { id: await app.ask('Which clinic?') }),
   *   screens: { 'clinic/:id': (app, { id }) => `Clinic ${id} is open.` },
   * });
   * // > hi
   * // < Which clinic?
   * // > 42
   * // < Clinic 42 is open.
   */
  goto(screen: string, params?: Readonly<Record<string, string>>): Leave;

  /**
   * Runs another screen and resolves to what it gives with `app.value`.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   async onConversation(app) {
   *     const town = await app.visit<string>('town');
   *     return `You live in ${town}.`;
   *   },
   *   screens: { town: async (app) => app.value(await app.ask('Your town?')) },
   * });
   * // > hi
   * // < Your town?
   * // > Delft
   * // < You live in Delft.
   */
  visit<T extends Jsonable<T> = Json>(screen: string, params?: Readonly<Record<string, string>>): Promise<T>;

  /**
   * What a screen that is visited gives; to be returned.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   onConversation: async (app) => `So: ${await app.visit<string>('word')}`,
   *   screens: { word: async (app) => app.value((await app.ask('A word?')).toUpperCase()) },
   * });
   * // > hi
   * // < A word?
   * // > tree
   * // < So: TREE
   */
  value<T extends Jsonable<T>>(value: T & SaidByJson<T>): Leave;

  /**
   * Ends the conversation with a last text; to be returned. Returning the text does the same.
   *
   * @example
   * const name = await app.ask('Your name?');
   * if (name === 'nobody') return app.end('Goodbye.');
   * return `Welcome, ${name}.`;
   * // < Your name?
   * // > nobody
   * // < Goodbye.
   */
  end(text?: Text): Leave;

  /**
   * Runs it one time and remembers what it gives: what is too large to be remembered, or must not happen again.
   *
   * @example
   * const code = await app.once('code', async () => Math.floor(1000 + Math.random() * 9000));
   * const answer = await app.ask('Ready?');
   * return `${answer}: ${String(code).length} digits.`;
   * // < Ready?
   * // > yes
   * // < yes: 4 digits.
   */
  once<T extends Jsonable<T>>(name: string, work: () => Promise<T>): Promise<T>;

  /**
   * A menu of the languages of the app, each under its own name; what is chosen is set. Asks in `languages` of vumi.json, or in
   * those that are given.
   *
   * @example
   * await app.chooseLanguage({ languages: ['en', 'zu'] });
   * return `You speak ${app.language}.`;
   * // < 1. English
   * // < 2. isiZulu
   * // > 2
   * // < You speak zu.
   */
  chooseLanguage(options?: LanguageOptions): Promise<string>;
}

/**
 * A conversation, or a part of one.
 *
 * @example
 * import { defineApp, type Screen } from '@vumi/sdk';
 *
 * const town: Screen = async (app) => app.value(await app.ask('Your town?'));
 *
 * export default defineApp({
 *   onConversation: async (app) => `You live in ${await app.visit<string>('town')}.`,
 *   screens: { town },
 * });
 * // > hi
 * // < Your town?
 * // > Delft
 * // < You live in Delft.
 */
export type Screen = (app: Talk, params: Readonly<Record<string, string>>) => Promise<Said> | Said;

/** What a screen gives: a way out, or the last text. */
type Said = Leave | string | LazyText | void;
