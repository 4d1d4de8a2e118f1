import type { App } from '../app.ts';
import type { Message } from '../message.ts';
import type { Json } from '../state.ts';
import { MOST_VISITS, type Frame, type Step, type Talk as Record_, type Wait } from './journal.ts';
import { KEYS, roomOf, textPages } from './menu.ts';
import { Retry } from './parsers.ts';
import {
  askQuestion,
  chooseQuestion,
  confirmQuestion,
  lines,
  readQuestion,
  textOf,
  type Question,
} from './question.ts';
import { recordedApp } from './recorded-app.ts';
import { Recorder, TimedOut, turns, TURNS, type Surroundings } from './recorder.ts';
import { Leave, type Screen, type Talk, type Text } from './talk.ts';
import { fold, type Texts } from './words.ts';

/** What a conversation goes on with. */
export type Input =
  | { readonly kind: 'begin' }
  | { readonly kind: 'answer'; readonly text: string }
  /** Shows the open question again. */
  | { readonly kind: 'show'; readonly text?: string }
  | { readonly kind: 'late' };

/** How a run ends. */
export type Outcome =
  | {
      readonly kind: 'asks';
      readonly text: string;
      readonly talk: Record_;
      /** Of the question that is open, where it was not open before. */
      readonly question: Question | null;
    }
  | { readonly kind: 'ends'; readonly text: string }
  /** With the last answer taken back. */
  | { readonly kind: 'back'; readonly talk: Record_ };

export interface RunOptions {
  readonly app: App;
  readonly message: Message | null;
  readonly screens: Readonly<Record<string, Screen>>;
  readonly talk: Record_;
  readonly input: Input;
  readonly transportType: string | null;
  readonly textsOf: (language: string | null) => Texts;
  /** Words that are answered with a text at any question. */
  readonly interrupts: Readonly<Record<string, Text>>;
  readonly back: boolean;
}

interface OpenFrame extends Omit<Frame, 'steps'> {
  readonly recorder: Recorder;
  /** Questions that were asked in it. */
  questions: number;
}

type Ending =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'end'; readonly text: string };

const TRIES = 3;
/** So many turns of the queue of microtasks that nothing comes of anything any more. */
const LAST_TURNS = 10_000;
const HANGS = 'the conversation waits for something that never comes: ask, or return';

/** One message of a conversation: from the top to the next question, or to the end (spec authoring §3). */
export class Run {
  readonly #options: RunOptions;
  readonly #frames: OpenFrame[];
  readonly #outcome = Promise.withResolvers<Outcome>();
  #isOver = false;
  #isWatched = false;
  #input: Input | null;
  #isAsking = false;
  #isOnce = 0;
  #said: string[] = [];
  #answers: number;
  #language: string | null;
  #now: number;
  #left: Leave | null = null;

  constructor(options: RunOptions) {
    const { talk, input } = options;
    this.#options = options;
    const isNew = input.kind === 'begin';
    this.#input = isNew ? null : input;
    this.#answers = talk.answers;
    this.#language = talk.language;
    this.#now = talk.began;
    this.#frames = talk.frames.map((frame) => this.#openFrame(frame, isNew));
  }

  /** Rejects with what the author's code threw, or with what is wrong with it. */
  async run(): Promise<Outcome> {
    this.#follow();
    return this.#outcome.promise.finally(() => (this.#isOver = true));
  }

  async #follow(): Promise<void> {
    try {
      this.#watch();
      const ending = await this.#runFrame(0);
      this.#end(ending.kind === 'end' ? ending.text : '');
    } catch (error) {
      this.#outcome.reject(error);
    }
  }

  #end(text: string): void {
    this.#outcome.resolve({ kind: 'ends', text: lines(...this.#said, text) });
  }

  /** Notices when nothing is open that anything could come of. */
  async #watch(): Promise<void> {
    if (this.#isWatched) return;
    this.#isWatched = true;
    for (let before = -1; !this.#isOver;) {
      if (this.#frames.some(({ recorder }) => recorder.open > 0)) break;
      const activity = this.#frames.reduce((sum, { recorder }) => sum + recorder.activity, 0);
      if (activity === before) {
        this.#outcome.reject(new Error(HANGS));
        break;
      }
      before = activity;
      await turns(LAST_TURNS);
    }
    this.#isWatched = false;
  }

  #openFrame({ screen, params, steps }: Frame, isLive: boolean): OpenFrame {
    const surroundings: Surroundings = {
      fail: (error) => this.#fail(error),
      onTime: (at) => {
        this.#now = at;
      },
      onQuiet: () => void this.#watch(),
    };
    return {
      screen,
      params,
      recorder: new Recorder({ screen, params, steps }, isLive, surroundings),
      questions: 0,
    };
  }

  /** Never settles: what the author's code would do with it does not matter any more. */
  #fail(error: Error): Promise<never> {
    this.#outcome.reject(error);
    return new Promise(() => {});
  }

  async #runFrame(index: number): Promise<Ending> {
    for (;;) {
      const frame = this.#frames[index];
      if (frame === undefined) throw new RangeError('there is no such screen');
      const screen = this.#screen(frame.screen);
      this.#left = null;
      const result = await screen(this.#talk(frame, index), frame.params);
      if (!frame.recorder.isLive)
        await frame.recorder.diverged(frame.recorder.steps.length, 'a question', 'the end');
      if (frame.recorder.open > 0)
        throw new Error(`a call of screen "${frame.screen}" was not awaited before its end`);
      if (this.#left !== null && result !== this.#left)
        throw new Error(
          `goto must be returned: screen "${frame.screen}" called it and returned something else`,
        );
      if (!(result instanceof Leave)) return { kind: 'end', text: typeof result === 'string' ? result : '' };
      const { to } = result;
      if (to.kind !== 'goto') return to;
      this.#screen(to.screen);
      this.#frames[index] = this.#openFrame({ screen: to.screen, params: to.params, steps: [] }, true);
    }
  }

  #screen(name: string): Screen {
    const { screens } = this.#options;
    const screen = Object.hasOwn(screens, name) ? screens[name] : undefined;
    if (screen !== undefined) return screen;
    throw new TypeError(`"${name}" is no screen; there are ${Object.keys(screens).join(', ')}`);
  }

  #talk(frame: OpenFrame, index: number): Talk {
    const { app, message } = this.#options;
    const now = (): number => (frame.recorder.isLive ? app.now : this.#now);
    const language = (): string | null => this.#language;
    const nextTag = (verb: string, id: string | undefined): string => {
      frame.questions += 1;
      return `${verb} ${id === undefined ? `number ${frame.questions}` : JSON.stringify(id)}`;
    };
    const leave = (to: Leave['to']): Leave => {
      this.#left = new Leave(to);
      return this.#left;
    };
    return {
      ...recordedApp(app, frame.recorder, () => this.#isOnce > 0),
      get now() {
        return now();
      },
      get language() {
        return language();
      },
      message,
      ask: (text: Text, options: Question['options'] = {}) =>
        this.#ask(index, askQuestion(nextTag('ask', options.id), text, options)) as Promise<never>,
      choose: (text: Text, given: unknown, options: Question['options'] = {}) =>
        this.#ask(
          index,
          chooseQuestion(nextTag('choose', options.id), text, given, options),
        ) as Promise<never>,
      confirm: (text, options = {}) =>
        this.#ask(index, confirmQuestion(nextTag('confirm', options.id), text, options)) as Promise<boolean>,
      say: (text) => {
        if (frame.recorder.isLive) this.#said.push(textOf(text));
      },
      read: (text) => this.#read(index, textOf(text), () => nextTag('read', undefined)),
      goto: (screen, params = {}) => leave({ kind: 'goto', screen, params }),
      visit: async (screen, params = {}) => this.#visit(index, screen, params) as Promise<never>,
      value: (value) => leave({ kind: 'value', value }),
      end: (text = '') => leave({ kind: 'end', text: textOf(text) }),
      once: (name, work) =>
        frame.recorder.perform({
          kind: 'o',
          tag: name,
          isFinal: true,
          run: async () => {
            this.#isOnce += 1;
            try {
              return await work();
            } finally {
              this.#isOnce -= 1;
            }
          },
        }),
      setLanguage: (code) => {
        this.#language = code;
      },
    };
  }

  async #visit(index: number, screen: string, params: Readonly<Record<string, string>>): Promise<Json> {
    const frame = this.#frames[index];
    if (frame === undefined) throw new RangeError('there is no such screen');
    this.#screen(screen);
    const { order, known } = frame.recorder.begin('v', screen);
    if (known !== null) return known;
    if (this.#frames.length > index + 1 && !frame.recorder.isTold)
      return frame.recorder.diverged(order, 'something that was over', `app.visit("${screen}")`);
    if (this.#frames.length === index + 1) {
      if (!frame.recorder.isLive)
        return frame.recorder.diverged(order, 'the open question', `app.visit("${screen}")`);
      if (this.#frames.length >= MOST_VISITS)
        throw new RangeError(`screens visit each other ${MOST_VISITS} deep at most`);
      this.#frames.push(this.#openFrame({ screen, params, steps: [] }, true));
    }
    const ending = await this.#runFrame(index + 1);
    if (ending.kind === 'end') {
      this.#end(ending.text);
      return new Promise(() => {});
    }
    const isFinal = this.#frames[index + 1]?.recorder.steps.some((step) => step.isFinal) === true;
    this.#frames.length = index + 1;
    this.#left = null;
    frame.recorder.add({ kind: 'v', order, tag: screen, worked: true, value: ending.value, isFinal, at: 0 });
    return ending.value;
  }

  async #read(index: number, text: string, nextTag: () => string): Promise<void> {
    const frame = this.#frames[index];
    const { transportType, textsOf } = this.#options;
    const pages = textPages(text, textsOf(this.#language), roomOf(transportType, 1));
    for (const page of pages.slice(0, -1)) await this.#ask(index, readQuestion(nextTag(), page));
    if (frame?.recorder.isLive === true) this.#said.push(pages.at(-1) ?? '');
  }

  async #ask(index: number, question: Question): Promise<unknown> {
    const frame = this.#frames[index];
    if (frame === undefined) throw new RangeError('there is no such screen');
    const { recorder } = frame;
    const { order, known } = recorder.begin('a', question.tag);
    if (known !== null) return known;
    if (index !== this.#frames.length - 1 || this.#isAsking)
      return this.#fail(new Error('a question was asked while another is open'));
    if (!recorder.isTold) return recorder.diverged(order, 'something else', question.tag);
    if (recorder.open > 0)
      return this.#fail(new Error(`a call was not awaited before the next question, ${question.tag}`));
    this.#isAsking = true;
    const wait = this.#options.talk.wait;
    if (recorder.isLive)
      return this.#suspend(question, null, { lead: lines(...this.#said), page: 0, tries: 0 });
    if (wait.tag !== question.tag) return recorder.diverged(order, wait.tag, question.tag);
    const verdict = await this.#consider(question, wait);
    if (verdict === null) return new Promise(() => {});
    for (const one of this.#frames) one.recorder.goLive();
    this.#input = null;
    this.#isAsking = false;
    this.#said = [];
    this.#answers += 1;
    this.#now = this.#options.app.now;
    const value = verdict.value === undefined ? null : (verdict.value as Json);
    recorder.add({
      kind: 'a',
      order,
      tag: question.tag,
      worked: verdict.worked,
      value,
      isFinal: false,
      at: this.#now,
    });
    if (!verdict.worked) throw new TimedOut(String(value));
    return value;
  }

  /** What becomes of what the user typed (spec authoring §2.2); null: the question stays open, or the run is over. */
  async #consider(
    question: Question,
    wait: Wait,
  ): Promise<{ readonly worked: boolean; readonly value: unknown } | null> {
    const input = this.#input ?? { kind: 'show' as const };
    const { options } = question;
    const shown = { lead: wait.lead, page: wait.page, tries: wait.tries };
    const again = (change: Partial<typeof shown>): null => {
      void this.#suspend(question, wait, { ...shown, ...change });
      return null;
    };
    if (input.kind === 'late')
      return 'otherwise' in options
        ? { worked: true, value: options.otherwise }
        : { worked: false, value: `nobody answered ${question.tag} in time` };
    if (input.kind !== 'answer')
      return again({ lead: input.kind === 'show' ? (input.text ?? '') : '', page: 0 });
    if (options.literal !== true) {
      const help = this.#interrupt(input.text);
      if (help !== null) return again({ lead: help, page: 0 });
      const page = this.#navigate(question, wait, input.text);
      if (page === 'back') return this.#goBack();
      if (page !== null) return again({ page });
    }
    return this.#parse(question, wait, { text: input.text, again });
  }

  async #parse(
    question: Question,
    wait: Wait,
    {
      text,
      again,
    }: {
      readonly text: string;
      readonly again: (change: { lead: string; page: number; tries: number }) => null;
    },
  ): Promise<{ readonly worked: true; readonly value: unknown } | null> {
    const { options } = question;
    const texts = this.#texts();
    const value = await question.parse(text, texts);
    if (!(value instanceof Retry)) return { worked: true, value };
    const tries = wait.tries + 1;
    if (tries < (options.tries ?? TRIES))
      return again({ lead: value.text ?? retryText(options.retry, tries) ?? texts.retry, page: 0, tries });
    if ('otherwise' in options) return { worked: true, value: options.otherwise };
    this.#said = [];
    this.#end(texts.gaveUp);
    return null;
  }

  #interrupt(text: string): string | null {
    const word = fold(text);
    const found = Object.entries(this.#options.interrupts).find(([name]) => fold(name) === word);
    return found === undefined ? null : textOf(found[1]);
  }

  /** Which page is wanted; `back`: the question before. */
  #navigate(question: Question, wait: Wait, text: string): number | 'back' | null {
    const key = fold(text);
    if (key !== KEYS.more && key !== KEYS.back) return null;
    const pages = this.#pages(question, wait.lead).length;
    if (key === KEYS.more) return wait.page + 1 < pages ? wait.page + 1 : null;
    if (wait.page > 0) return wait.page - 1;
    return this.#hasBack(question) ? 'back' : null;
  }

  #goBack(): null {
    const frames = this.#framesNow();
    const top = frames.at(-1);
    const last = top?.steps.findLastIndex(({ kind }) => kind === 'a') ?? -1;
    const answer = top?.steps[last];
    if (top === undefined || answer === undefined) return null;
    const steps = top.steps.slice(0, last);
    this.#outcome.resolve({
      kind: 'back',
      talk: {
        ...this.#options.talk,
        frames: [...frames.slice(0, -1), { ...top, steps }],
        answers: this.#answers - 1,
        wait: { ...this.#options.talk.wait, tag: answer.tag, tries: 0, page: 0, lead: '' },
      },
    });
    return null;
  }

  /** Nothing that cannot be taken back came after the last answer. */
  #hasBack({ options, isRead }: Question): boolean {
    if (isRead || (options.back ?? this.#options.back) === false) return false;
    const steps: readonly Step[] = this.#frames.at(-1)?.recorder.steps ?? [];
    const last = steps.findLastIndex(({ kind }) => kind === 'a');
    return last >= 0 && !steps.slice(last).some((step) => step.isFinal);
  }

  #texts(): Texts {
    return this.#options.textsOf(this.#language);
  }

  #pages(question: Question, lead: string): string[] {
    const { app, transportType } = this.#options;
    return question.pages(lead, {
      texts: this.#texts(),
      fits: roomOf(transportType, question.options.segments ?? 1),
      hasBack: this.#hasBack(question),
      onCut: (label) => app.log.warn('an option is longer than a page and was cut', { label }),
    });
  }

  /** Never settles: the next message goes on. */
  #suspend(
    question: Question,
    wait: Wait | null,
    { lead, page, tries }: { readonly lead: string; readonly page: number; readonly tries: number },
  ): Promise<never> {
    const pages = this.#pages(question, lead);
    const { app, talk } = this.#options;
    void this.#stay(question, {
      kind: 'asks',
      text: pages[page] ?? pages.at(-1) ?? '',
      question: wait === null ? question : null,
      talk: {
        ...talk,
        frames: this.#framesNow(),
        answers: this.#answers,
        language: this.#language,
        wait: {
          tag: question.tag,
          since: wait === null ? app.now : wait.since,
          tries,
          page,
          lead,
          asksToGoOn: false,
          timers: wait?.timers ?? [],
        },
      },
    });
    return new Promise(() => {});
  }

  /** What began beside the question is found before it is asked. */
  async #stay({ tag }: Question, outcome: Outcome): Promise<void> {
    await turns(TURNS);
    if (this.#frames.some(({ recorder }) => recorder.open > 0))
      this.#outcome.reject(new Error(`a call was not awaited before the next question, ${tag}`));
    else this.#outcome.resolve(outcome);
  }

  #framesNow(): Frame[] {
    return this.#frames.map(({ screen, params, recorder }) => ({ screen, params, steps: recorder.steps }));
  }
}

function retryText(retry: Question['options']['retry'], tries: number): string | null {
  if (retry === undefined) return null;
  return typeof retry === 'function' ? retry(tries) : retry;
}
