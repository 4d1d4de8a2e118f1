import { MUST_FIT, OWN_KEYWORD, PLACE_FIELD, TALK_KEY } from '@vumi/core/talks';
import type { App, AppDefinition } from '../app.ts';
import { translatorOf, type Catalog, type Translator } from '../languages/catalog.ts';
import type { Message, Waits } from '../message.ts';
import type { Json } from '../state.ts';
import type { Timer } from '../schedule.ts';
import {
  begunOver,
  cancelTimers,
  channelOf,
  isMeant,
  isSilent,
  keyOf,
  timerChannel,
  wayOf,
  type Channel,
} from './channel.ts';
import { hashOf } from './chance.ts';
import { secondsOf, type Duration } from './durations.ts';
import type { HostLinks } from './host-links.ts';
import { fullness, packTalk, unpackTalk, type Talk } from './journal.ts';
import { note, noteOpen } from './notes.ts';
import { isOpening, opening, openingOf, overseeing, type Overseeing } from './opening.ts';
import type { Asked, Outcome } from './outcome.ts';
import { lines, textOf } from './question.ts';
import { Diverged, TimedOut } from './recorder.ts';
import { Run } from './run.ts';
import { placeIn } from './screen-names.ts';
import { StopWords } from './stop-words.ts';
import { START, type Screen, type Text } from './talk.ts';
import { hasTimers, setTimers } from './timers.ts';
import type { Input } from './verdict.ts';
import { fold, MOST_LANGUAGES, textsFor, type OwnTexts, type Texts } from './words.ts';

/** Where a conversation was when its user hung up. */
export interface HungUp {
  readonly screen: string;
  readonly question: string;
  /** Questions that he has answered. */
  readonly answered: number;
}

/** What an app says of its conversations (spec authoring §2, §3.5). */
export interface Conversations {
  /**
   * What is said to a user from the first message on: the screen `start`.
   *
   * @example
   * import { defineApp, integer } from '@vumi/sdk';
   *
   * export default defineApp({
   *   async onConversation(app) {
   *     const name = await app.ask('Your name?');
   *     const age = await app.ask(`How old are you, ${name}?`, { as: integer({ min: 10 }) });
   *     return age < 18 ? 'Ask your parents.' : 'Welcome.';
   *   },
   * });
   * // > hi
   * // < Your name?
   * // > Thandi
   * // < How old are you, Thandi?
   * // > 24
   * // < Welcome.
   */
  readonly onConversation?: Screen;
  /**
   * Conversations by name, between which `app.goto` and `app.visit` lead.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   async onConversation(app) {
   *     return app.goto(await app.choose('What is it?', { clinic: 'A clinic', advice: 'Advice' }));
   *   },
   *   screens: {
   *     clinic: async (app) => `The clinic in ${await app.ask('Which town?')} is open.`,
   *     advice: () => 'Call 0800 111.',
   *   },
   * });
   * // > hi
   * // < What is it?
   * // < 1. A clinic
   * // < 2. Advice
   * // > 2
   * // < Call 0800 111.
   */
  readonly screens?: Readonly<Record<string, Screen>>;
  /**
   * Words that are answered at any question, which is asked again then: with a text, `{ help: 'Call 0800 111' }`, or with a screen
   * of that name, `{ help: 'helpdesk' }`.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   onConversation: async (app) => `Thank you, ${await app.ask('Your name?')}.`,
   *   interrupts: { help: 'Call 0800 111' },
   * });
   * // > hi
   * // < Your name?
   * // > help
   * // < Call 0800 111
   * // < Your name?
   */
  readonly interrupts?: Readonly<Record<string, Text>>;
  /**
   * A user hung up in the middle: the place for an SMS.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   onConversation: async (app) => `Thank you, ${await app.ask('Your name?', { id: 'name' })}.`,
   *   async onHangUp(app, { question }) {
   *     app.log.info('hung up', { question });
   *   },
   * });
   * // > *120*8864#
   * // < Your name?
   * // > hang up
   */
  readonly onHangUp?: (app: App, where: HungUp) => void | Promise<unknown>;
  /**
   * The SDK's own words, for all languages or for each.
   *
   * @example
   * import { defineApp, integer } from '@vumi/sdk';
   *
   * export default defineApp({
   *   onConversation: async (app) => `Next year: ${1 + (await app.ask('Your age?', { as: integer() }))}`,
   *   texts: { retry: 'A number, please.', zu: { retry: 'Inombolo, ngiyacela.' } },
   * });
   * // > hi
   * // < Your age?
   * // > old
   * // < A number, please.
   * // < Your age?
   */
  readonly texts?: OwnTexts;
  /**
   * What a user who dials again in the middle gets: a choice (`ask`), the open question, or the beginning.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   onConversation: async (app) => `${await app.ask('Your name?')}, ${await app.ask('Your town?')}`,
   *   resume: 'always',
   * });
   * // > *120*8864#
   * // < Your name?
   * // > Thandi
   * // < Your town?
   * // > *120*8864#
   * // < Your town?
   */
  readonly resume?: 'ask' | 'always' | 'never';
  /**
   * How long after the last message: 1 hour.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   onConversation: async (app) => `${await app.ask('Your name?')}, ${await app.ask('Your town?')}`,
   *   resume: 'always',
   *   resumeWithin: '10 minutes',
   * });
   * // > *120*8864#
   * // < Your name?
   * // > Thandi
   * // < Your town?
   * // wait 11 minutes
   * // > *120*8864#
   * // < Your name?
   */
  readonly resumeWithin?: Duration;
  /**
   * How long a conversation is remembered after its last message: 7 days.
   *
   * @throws An app that says more than 90 days is not deployed.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   onConversation: async (app) => `${await app.ask('Your name?')}, ${await app.ask('Your town?')}`,
   *   keep: '2 days',
   * });
   * // > hi
   * // < Your name?
   * // wait 3 days
   * // > Thandi
   * // < Your name?
   */
  readonly keep?: Duration;
  /**
   * Shows the key that takes back the last answer at each question.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   onConversation: async (app) => `${await app.ask('Your name?')}, ${await app.ask('Your town?')}`,
   *   back: true,
   * });
   * // > hi
   * // < Your name?
   * // > Tandhi
   * // < Your town?
   * // < 0. Back
   * // > 0
   * // < Your name?
   */
  readonly back?: boolean;
  /**
   * Shows the key that leads to the screen `start`, and forgets the way there, at each question but the first.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   screens: {
   *     start: async (app) => app.goto(await app.choose('Clinics', { find: 'Find one', help: 'Help' })),
   *     find: async (app) => `The clinic in ${await app.ask('Which town?')} is open.`,
   *     help: () => 'Call 0800 111.',
   *   },
   *   home: true,
   * });
   * // > hi
   * // < Clinics
   * // < 1. Find one
   * // < 2. Help
   * // > 1
   * // < Which town?
   * // < 00. Home
   * // > 00
   * // < Clinics
   * // < 1. Find one
   * // < 2. Help
   */
  readonly home?: boolean;
  /**
   * False: STOP and its like do not end a conversation but answer its question.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   onConversation: async (app) => `You said ${await app.ask('Which word?')}.`,
   *   stop: false,
   * });
   * // > hi
   * // < Which word?
   * // > stop
   * // < You said stop.
   */
  readonly stop?: boolean;
}

/** What `onMessage` can do, beside, in an app that has conversations. */
export interface Conversing extends Overseeing {
  /**
   * Begins a screen when the handler is over; its first text answers this message.
   *
   * @example
   * import { defineApp } from '@vumi/sdk';
   *
   * export default defineApp({
   *   async onMessage(message, app) {
   *     if (message.content === 'join') app.converse('join');
   *     else await message.reply('Write JOIN to join.');
   *   },
   *   screens: { join: async (app) => `Welcome, ${await app.ask('Your name?')}.` },
   * });
   * // > hi
   * // < Write JOIN to join.
   * // > join
   * // < Your name?
   * // > Thandi
   * // < Welcome, Thandi.
   */
  converse(screen: string, params?: Readonly<Record<string, string>>): void;
}

const LONGEST_KEPT_DAYS = 90;
const DAY_S = 86_400;
/** As the platform has it. */
const MOST_TAKES = 200;
/** After so long without one, a conversation that cannot go on begins again instead of failing. */
const RESTARTS_APART_MS = 600_000;

/** Fields of a line of log have 2,000 characters. */
const LONGEST_STACK = 1500;

const NO_CATALOG: Catalog = { languages: [], files: [] };

/**
 * Makes handlers of conversations: `onMessage`, and `onSchedule` for the times that questions wait.
 *
 * @hidden
 */
export function withConversations(definition: AppDefinition, catalog = NO_CATALOG): AppDefinition {
  if (!hasConversations(definition)) return definition;
  const { onConversation, screens = {} } = definition;
  const all = { ...screens, ...(onConversation === undefined ? {} : { [START]: onConversation }) };
  return new Conversation(definition, all, translatorOf(catalog)).handlers();
}

/** What an app exports under these names may be something of its own. */
function hasConversations(definition: unknown): definition is AppDefinition {
  if (typeof definition !== 'object' || definition === null) return false;
  const { onConversation, screens } = definition as Partial<Record<keyof Conversations, unknown>>;
  if (typeof onConversation === 'function') return true;
  const names = typeof screens === 'object' && screens !== null ? Object.values(screens) : [];
  return names.length > 0 && names.every((screen) => typeof screen === 'function');
}

class Conversation {
  readonly #definition: AppDefinition;
  readonly #screens: Readonly<Record<string, Screen>>;
  readonly #translator: Translator;
  readonly #known = new Map<string | null, Texts>();
  readonly #stopWords: StopWords;
  readonly #keepS: number;
  readonly #resumeMs: number;

  constructor(definition: AppDefinition, screens: Readonly<Record<string, Screen>>, translator: Translator) {
    this.#definition = definition;
    this.#translator = translator;
    this.#screens = screens;
    this.#stopWords = new StopWords((code) => this.#texts(code), translator.languages);
    this.#keepS = secondsOf(definition.keep ?? '7 days');
    this.#resumeMs = 1000 * secondsOf(definition.resumeWithin ?? '1 hour');
    if (this.#keepS > LONGEST_KEPT_DAYS * DAY_S)
      throw new RangeError(`keep is ${LONGEST_KEPT_DAYS} days at most, not ${definition.keep}`);
  }

  handlers(): AppDefinition {
    const { onEvent, onOptOut, onOptIn } = this.#definition;
    return {
      onMessage: (message, app) => this.#onMessage(message, app),
      onSchedule: (timer, app) => this.#onSchedule(timer, app),
      ...(onEvent && {
        onEvent: (event, app) => onEvent.call(this.#definition, event, opening(app, this.#screens)),
      }),
      ...(onOptOut && {
        onOptOut: (app, change) => onOptOut.call(this.#definition, overseeing(app), change),
      }),
      ...(onOptIn && {
        onOptIn: (app, change) => onOptIn.call(this.#definition, overseeing(app), change),
      }),
    };
  }

  async #onMessage(message: Message, app: App): Promise<void> {
    const [channel, talk] = await openAt(channelOf(message, app));
    const text = message.content?.trim() ?? '';
    if (message.session_event === 'close') return this.#hangUp(channel, talk);
    if (this.#stops(channel, talk) && this.#stopWords.has(text, languageIn(channel, talk)))
      return this.#stop(channel, talk);
    if (talk === null) return this.#greet(channel, message);
    if (message.session_event === 'new' || OWN_KEYWORD in app) return this.#comeBack(channel, talk);
    if (talk.wait.asksToGoOn) return this.#goOnOrNot(channel, talk, text);
    return this.#goOn(channel, talk, typedAt(talk, text));
  }

  /** Whether STOP is for us: where no conversation is open, an app that has `onMessage` hears it there. */
  #stops({ transportType }: Channel, talk: Talk | null): boolean {
    const { stop, onMessage } = this.#definition;
    return stop !== false && transportType !== 'ussd' && (talk !== null || onMessage === undefined);
  }

  async #stop(channel: Channel, talk: Talk | null): Promise<void> {
    const { app, user } = channel;
    await app.optouts.optOut(user);
    noteOpen(app, talk, 'stopped');
    await app.links.revoke();
    return this.#finish(channel, talk, this.#texts(languageIn(channel, talk)).stopped);
  }

  async #hangUp({ app }: Channel, talk: Talk | null): Promise<void> {
    const screen = talk?.frames.at(-1)?.screen;
    if (talk === null || screen === undefined) return;
    noteOpen(app, talk, 'hung_up');
    await this.#definition.onHangUp?.(app, { screen, question: talk.wait.tag, answered: talk.answers });
  }

  /** Nothing is open: `onMessage` has the word where there is one, and may begin a conversation. */
  async #greet(channel: Channel, message: Message): Promise<void> {
    const { onMessage } = this.#definition;
    if (onMessage === undefined) return this.#begin(channel, START);
    let wanted: { readonly screen: string; readonly params: Readonly<Record<string, string>> } | null = null;
    const converse: Conversing['converse'] = (screen, params = {}) => {
      wanted = placeIn(this.#screens, screen, params);
    };
    const conversing = Object.assign(overseeing(channel.app), { converse });
    await onMessage.call(this.#definition, message, conversing);
    const { screen, params } = (wanted ?? {}) as {
      screen?: string;
      params?: Readonly<Record<string, string>>;
    };
    if (screen !== undefined) return this.#begin(channel, screen, { params });
  }

  /** Whoever hung up, or whose session ended, dials again. */
  async #comeBack(channel: Channel, talk: Talk): Promise<void> {
    const { resume = 'ask' } = this.#definition;
    const isLate = channel.app.now - talk.wait.since > this.#resumeMs;
    if (resume === 'never' || talk.answers === 0 || isLate) return this.#restart(channel, talk, '');
    if (resume === 'always') return this.#goOn(channel, talk, { kind: 'show' });
    const { welcomeBack, goOn, startAgain } = this.#texts(talk.language);
    await this.#keep(channel, { ...talk, wait: { ...talk.wait, asksToGoOn: true } });
    await channel.say(
      lines(welcomeBack, `1. ${goOn}`, `2. ${startAgain}`),
      this.#waits(['1', '2', goOn, startAgain]),
    );
  }

  async #goOnOrNot(channel: Channel, talk: Talk, text: string): Promise<void> {
    const { goOn, startAgain } = this.#texts(talk.language);
    const answer = fold(text);
    if (answer === '1' || answer === fold(goOn)) return this.#goOn(channel, talk, { kind: 'show' });
    if (answer === '2' || answer === fold(startAgain)) return this.#restart(channel, talk, '');
    return this.#comeBack(channel, talk);
  }

  async #restart(channel: Channel, talk: Talk, lead: string, restarted = talk.restarted): Promise<void> {
    const [first] = talk.frames;
    await cancelTimers(channel, { ...talk, under: null });
    await this.#begin(channel, first?.screen ?? START, {
      params: first?.params,
      lead,
      restarted,
      language: talk.language,
      under: talk.under,
    });
  }

  /** Nothing of where it was is left, nor of what an interrupt has interrupted. */
  async #goHome(channel: Channel, talk: Talk): Promise<void> {
    const { restarted, language } = talk;
    await cancelTimers(channel, talk);
    await this.#begin(channel, START, { restarted, language });
  }

  async #begin(
    channel: Channel,
    screen: string,
    {
      params = {},
      lead = '',
      restarted = 0,
      language = channel.app.language ?? null,
      under = null,
    }: {
      readonly under?: Talk | null;
      readonly params?: Readonly<Record<string, string>> | undefined;
      readonly lead?: string;
      readonly restarted?: number;
      readonly language?: string | null;
    } = {},
  ): Promise<void> {
    const { app, message, endpoint } = channel;
    const id = message?.message_id ?? `${app.now}`;
    const talk: Talk = {
      id,
      began: app.now,
      language,
      endpoint,
      answers: 0,
      frames: [{ screen, params, language, steps: [], at: app.now, chance: hashOf(id), config: {} }],
      restarted,
      isWarned: false,
      under,
      wait: {
        tag: '',
        since: app.now,
        tries: 0,
        page: 0,
        lead: '',
        asksToGoOn: false,
        timers: [],
        isUnseen: false,
      },
    };
    note(app, { what: 'began', screen, question: '', at: app.now, began: app.now });
    await this.#settle(channel, talk, await this.#run(channel, talk, { kind: 'begin' }), lead);
  }

  async #goOn(channel: Channel, talk: Talk, input: Input): Promise<void> {
    let outcome: Outcome;
    try {
      outcome = await this.#run(channel, talk, input);
    } catch (error) {
      // Whoever says nothing of it lets the conversation end without a word.
      if (error instanceof TimedOut) return this.#end(channel, talk, '', talk.language);
      const restartedLately = channel.app.now - talk.restarted < RESTARTS_APART_MS;
      if (!(error instanceof Diverged) || restartedLately || MUST_FIT in channel.app) throw error;
      noteOpen(channel.app, talk, 'diverged');
      channel.app.log.error(error.message, { [PLACE_FIELD]: error.stack?.slice(0, LONGEST_STACK) ?? '' });
      return this.#restart(channel, talk, this.#texts(talk.language).restarted, channel.app.now);
    }
    await this.#settle(channel, talk, outcome, '');
  }

  #run(
    { app, message, transportType, user, to, endpoint }: Channel,
    talk: Talk,
    input: Input,
  ): Promise<Outcome> {
    const { interrupts = {}, back = false, home = false, stop } = this.#definition;
    const textsOf = (language: string | null): Texts => this.#texts(language);
    return new Run({
      app,
      count: (what, screen, question) =>
        note(app, {
          what,
          screen,
          question,
          at: question === '' ? app.now : talk.wait.since,
          began: talk.began,
        }),
      message,
      address: user,
      way: { to, transport_type: transportType, endpoint },
      screens: this.#screens,
      talk,
      input,
      transportType,
      keepS: this.#keepS,
      translator: this.#translator,
      textsOf,
      interrupts,
      back,
      home,
      isStop: (word) =>
        stop !== false &&
        transportType !== 'ussd' &&
        this.#stopWords.has(word, talk.language ?? app.language),
    }).run();
  }

  async #settle(channel: Channel, before: Talk, outcome: Outcome, lead: string): Promise<void> {
    if (outcome.kind === 'back') return this.#goOn(channel, outcome.talk, { kind: 'anew' });
    if (outcome.kind === 'home') return this.#goHome(channel, before);
    if (outcome.kind === 'interrupted') return this.#interrupt(channel, before, outcome.screen);
    const { language } = outcome.kind === 'ends' ? outcome : outcome.talk;
    for (const text of outcome.alone) await channel.say(text, undefined);
    // In apps without languages it lasts as long as the conversation.
    if (language !== null && language !== before.language) channel.app.setLanguage?.(language);
    if (outcome.kind === 'ends' && outcome.hasLinks) await (channel.app.links as HostLinks).keep();
    if (outcome.kind === 'ends') return this.#end(channel, before, lines(lead, outcome.text), language);
    return this.#ask(channel, before, outcome, lead);
  }

  /** What an interrupt has interrupted goes on. */
  async #end(channel: Channel, talk: Talk, text: string, language: string | null): Promise<void> {
    if (talk.under === null) return this.#finish(channel, talk, text);
    await cancelTimers(channel, { ...talk, under: null });
    return this.#goOn(channel, { ...talk.under, language }, { kind: 'show', lead: text });
  }

  async #ask(
    channel: Channel,
    before: Talk,
    outcome: Extract<Outcome, { kind: 'asks' }>,
    lead: string,
  ): Promise<void> {
    let { talk } = outcome;
    const { language } = talk;
    const { share, isNear, what } = fullness(talk);
    if (share > 1) {
      channel.app.log.error(
        `the conversation is too long: ${what}; keep less with app.once, or begin anew with app.goto`,
        { reason: 'conversation.too_long' },
      );
      noteOpen(channel.app, talk, 'failed');
      return this.#finish(channel, before, this.#texts(talk.language).failed);
    }
    if (isNear && !talk.isWarned) channel.app.log.warn(`the conversation is getting long: ${what}`);
    if (outcome.question !== null) {
      noteOpen(channel.app, talk, 'shown');
      if (before.wait.timers.length > 0) await cancelTimers(channel, { ...before, under: null });
      const timers = hasTimers(outcome.question)
        ? await setTimers(outcome.question, talk, {
            channel,
            say: (text) => this.#translator.render(textOf(text), language),
          })
        : [];
      talk = { ...talk, wait: { ...talk.wait, timers } };
    }
    const wait = { ...talk.wait, isUnseen: isSilent(channel) };
    await this.#keep(channel, { ...talk, wait, isWarned: talk.isWarned || isNear });
    await channel.say(lines(lead, outcome.text), this.#waits(outcome.takes, outcome.options));
  }

  /** What is interrupted waits below; an interrupt of an interrupt takes its place. */
  async #interrupt(channel: Channel, talk: Talk, screen: string): Promise<void> {
    if (talk.under !== null) await cancelTimers(channel, { ...talk, under: null });
    await this.#begin(channel, screen, { under: talk.under ?? talk, language: talk.language });
  }

  /** Keywords have no space in them. */
  #waits(takes: readonly string[], { within, secret }: Asked = {}): Waits {
    const words = takes.map((word) => word.trim()).filter((word) => /^\S{1,64}$/.test(word));
    return {
      takes: [...new Set(words)].slice(0, MOST_TAKES),
      seconds: within === undefined ? this.#keepS : secondsOf(within),
      ...(secret === true && { secret }),
    };
  }

  async #finish(channel: Channel, talk: Talk | null, text: string): Promise<void> {
    await cancelTimers(channel, talk);
    await channel.app.user.delete(keyOf(channel.to));
    if (text !== '') await channel.say(text, null);
  }

  #keep({ app, to }: Channel, talk: Talk): Promise<void> {
    return app.user.set(keyOf(to), packTalk(talk), { ttl: this.#keepS });
  }

  /** Of the first language of the app where the user's is not known. */
  #texts(language: string | null | undefined): Texts {
    const code = language ?? this.#translator.languages[0] ?? null;
    const known = this.#known.get(code);
    if (known !== undefined) return known;
    const texts = textsFor(code, this.#definition.texts);
    if (this.#known.size < MOST_LANGUAGES) this.#known.set(code, texts);
    return texts;
  }

  async #onSchedule(timer: Timer, app: App): Promise<unknown> {
    if (!timer.name.startsWith(TALK_KEY))
      return this.#definition.onSchedule?.(timer, opening(app, this.#screens));
    const about = timer.data as Readonly<Record<string, unknown>>;
    return isOpening(about) ? this.#open(timer, app) : this.#onTimer(timer, app);
  }

  /** The app writes first. */
  async #open(timer: Timer, app: App): Promise<void> {
    const wanted = await openingOf(timer, app);
    if (wanted !== null) await this.#begin(wanted.channel, wanted.screen, { params: wanted.params });
  }

  async #onTimer(timer: Timer, app: App): Promise<void> {
    const about = timer.data as Readonly<Record<string, unknown>>;
    const to = String(about['to']);
    const kept = unpackTalk(await app.user.get(keyOf(to)));
    const talk = [kept, kept?.under ?? null].find((one) => isMeant(one, about)) ?? null;
    // Who is in an interrupt is not reminded of what it interrupts.
    const isIdle = talk !== kept && about['kind'] === 'remind';
    if (talk === null || isIdle || timer.user === null) return;
    const channel = timerChannel(app, { ...wayOf(about), to, user: timer.user });
    if (typeof about['text'] === 'string') return void (await channel.say(about['text'], undefined));
    return this.#goOn(channel, talk, inputOf(about));
  }
}

/** What is open with a user where he has written: begun by himself, or by the app over the same way. */
async function openAt(channel: Channel): Promise<readonly [Channel, Talk | null]> {
  const { app, to, endpoint } = channel;
  const own = unpackTalk(await app.user.get(keyOf(to)));
  if (own !== null) return [channel, own];
  const begun = begunOver(endpoint);
  const talk = unpackTalk(await app.user.get(keyOf(begun)));
  return [talk === null ? channel : { ...channel, to: begun }, talk];
}

function languageIn({ app }: Channel, talk: Talk | null): string | null | undefined {
  return talk?.language ?? app.language;
}

/** What was typed before the question was seen answers nothing. */
function typedAt({ wait }: Talk, text: string): Input {
  return wait.isUnseen ? { kind: 'show' } : { kind: 'answer', text };
}

/** What a timer brings, or the page behind a link. */
function inputOf({ kind, value = null }: Readonly<Record<string, unknown>>): Input {
  if (kind === 'answer') return { kind: 'given', value: value as Json };
  return kind === 'within' ? { kind: 'late' } : { kind: 'show' };
}
