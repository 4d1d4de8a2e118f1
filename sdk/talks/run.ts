import { languageCode } from '../languages/codes.ts';
import type { Json } from '../state.ts';
import { isFinal, isSecret, MOST_VISITS, type Frame, type Happened, type Wait } from './journal.ts';
import { canGoBack, isAtBeginning, takenBack } from './back.ts';
import { endedAsking, HANGS, notReturned } from './faults.ts';
import { HangWatch } from './hang-watch.ts';
import { Moments } from './moments.ts';
import { makeLink } from './make-link.ts';
import { checkClash, heededAt } from './clash.ts';
import { homeLine, KEYS, roomOf, textPages } from './menu.ts';
import { countVerdict } from './notes.ts';
import type { Ending, Outcome } from './outcome.ts';
import type { RunOptions } from './run-options.ts';
import { isText, lines, readQuestion, textOf, type Question } from './question.ts';
import { Saying } from './saying.ts';
import { Recorder, TimedOut, turns, TURNS, type Surroundings } from './recorder.ts';
import { tellExplorer } from './explored.ts';
import { Leave, START, type ReadOptions, type Talk, type Text } from './talk.ts';
import { copyOf, type KnownConfig } from './recorded-config.ts';
import { talkOf } from './verbs.ts';
import { placeIn, screenIn } from './screen-names.ts';
import { checkTimers } from './timers.ts';
import { judge, leadsAway, type Showing, type Verdict } from './verdict.ts';
import type { Texts } from './words.ts';

interface OpenFrame extends Omit<Frame, 'steps' | 'config'> {
  readonly recorder: Recorder;
  readonly config: KnownConfig;
}

/** One message of a conversation: from the top to the next question, or to the end (spec authoring §3). */
export class Run {
  readonly #options: RunOptions;
  readonly #frames: OpenFrame[];
  readonly #outcome = Promise.withResolvers<Outcome>();
  #isOver = false;
  /** Of the question that is open: what is wrong where its screen ends. Made where it is asked, for its place. */
  #asking: Error | null = null;
  #isStaying = false;
  #isJudging = false;
  readonly #said: Saying;
  #answers: number;
  #language: string | null;
  /** The way out that was made last, and what is wrong where it is not returned. */
  #left: { readonly way: Leave; readonly fault: Error } | null = null;
  #hasLinks = false;
  readonly #moments: Moments;
  readonly #watch = new HangWatch({
    // A question that is about to be asked is an end.
    canHang: () => !this.#isOver && !this.#isStaying && this.#openCall === undefined,
    activity: () => this.#frames.reduce((sum, { recorder }) => sum + recorder.activity, 0),
    onHang: () => {
      if (!this.#frames.some(({ recorder }) => recorder.divergedInSilence()))
        this.#outcome.reject(new Error(HANGS));
    },
  });

  constructor(options: RunOptions) {
    const { talk, input } = options;
    this.#options = options;
    const isNew = input.kind === 'begin';
    this.#said = new Saying(options.transportType !== 'ussd');
    this.#answers = talk.answers;
    this.#language = talk.language;
    this.#moments = new Moments(options.app, talk, isNew);
    this.#frames = talk.frames.map((frame) => this.#openFrame(frame, isNew));
  }

  /** Rejects with what the author's code threw, or with what is wrong with it. */
  async run(): Promise<Outcome> {
    void this.#follow();
    return this.#outcome.promise.finally(() => (this.#isOver = true));
  }

  async #follow(): Promise<void> {
    try {
      this.#watch.wake();
      const ending = await this.#runFrame(0);
      this.#end(ending.kind === 'end' ? ending.text : '');
    } catch (error) {
      this.#outcome.reject(error);
    }
  }

  #end(text: string, isGivenUp = false): void {
    if (!isGivenUp) this.#options.count('ended', this.#frames.at(-1)?.screen ?? '', '');
    this.#outcome.resolve({
      kind: 'ends',
      text: lines(this.#said.lead, text),
      alone: this.#said.alone,
      language: this.#language,
      hasLinks: this.#hasLinks,
    });
  }

  /** Of a screen that begins now. */
  #newFrame(screen: string, params: Frame['params']): OpenFrame {
    const { now } = this.#moments;
    const chance = this.#moments.draw();
    return this.#openFrame(
      { screen, params, language: this.#language, steps: [], at: now, chance, config: {} },
      true,
    );
  }

  #openFrame({ steps, config, ...frame }: Frame, isLive: boolean): OpenFrame {
    const surroundings: Surroundings = {
      fail: (error) => this.#fail(error),
      onLanguage: (code) => {
        this.#language = code;
      },
      onPassed: (kind, order, at) => this.#moments.passed(kind, order, at),
      onQuiet: () => this.#watch.wake(),
    };
    const recorder = new Recorder({ screen: frame.screen, steps }, isLive, surroundings);
    return { ...frame, config: copyOf(config), recorder };
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
      if (!frame.recorder.isLive && !Object.hasOwn(this.#options.screens, frame.screen))
        await frame.recorder.diverged(0, 'a screen of the app', 'none');
      const screen = screenIn(this.#options.screens, frame.screen);
      this.#left = null;
      this.#language = frame.language;
      this.#moments.open(frame);
      const result = await screen(this.#talk(frame, index), frame.params);
      if (!frame.recorder.isLive)
        await frame.recorder.diverged(frame.recorder.steps.length, this.#options.talk.wait.tag, 'the end');
      const fault = this.#asking ?? frame.recorder.openCall ?? this.#faultIn(result);
      if (fault !== undefined) throw fault;
      if (!(result instanceof Leave)) return { kind: 'end', text: isText(result) ? this.#text(result) : '' };
      const { to } = result;
      if (to.kind !== 'goto') return to;
      this.#frames[index] = this.#newFrame(to.screen, to.params);
    }
  }

  /** A way out that the screen made last has to be what it returned. */
  #faultIn(result: unknown): Error | undefined {
    return this.#left === null || result === this.#left.way ? undefined : this.#left.fault;
  }

  #talk({ recorder, config }: OpenFrame, index: number): Talk {
    const { app, message, address } = this.#options;
    return talkOf({
      app,
      message,
      address,
      recorder,
      config,
      now: () => this.#moments.now,
      language: () => this.#language,
      languages: this.#options.translator.languages,
      text: (text) => this.#text(text),
      setLanguage: (code) => {
        this.#language = languageCode(code);
        if (this.#language === null)
          throw new RangeError(`"${code}" is no language: give a code such as "zu"`);
      },
      isJudging: () => this.#isJudging,
      makeLink: (path, given, tag) => {
        this.#hasLinks = true;
        return makeLink(path, given, { ...this.#options, tag });
      },
      ask: (tag, make) => this.#ask(index, tag, make),
      read: (text, given, nextTag) => this.#read(index, text, given, nextTag),
      visit: (screen, params) => this.#visit(index, screen, params),
      say: (text, isAlone) => {
        if (recorder.isLive) this.#said.say(text, isAlone);
      },
      placeOf: (name, params) => placeIn(this.#options.screens, name, params),
      leave: (way) => {
        // Where it was made, in the author's code.
        this.#left = { way, fault: notReturned(way, this.#frames[index]?.screen ?? '') };
      },
    });
  }

  async #visit(index: number, screen: string, params: Readonly<Record<string, string>>): Promise<Json> {
    const frame = this.#frames[index];
    if (frame === undefined) throw new RangeError('there is no such screen');
    const place = placeIn(this.#options.screens, screen, params);
    const { order, known } = frame.recorder.begin('v', screen);
    if (known !== null) return this.#visited(await known);
    if (this.#frames.length > index + 1 && !frame.recorder.isTold)
      return frame.recorder.diverged(order, 'something that was over', `app.visit("${screen}")`);
    if (this.#frames.length === index + 1) {
      if (!frame.recorder.isLive)
        return frame.recorder.diverged(order, 'the open question', `app.visit("${screen}")`);
      if (this.#frames.length >= MOST_VISITS)
        throw new RangeError(`screens visit each other ${MOST_VISITS} deep at most`);
      this.#frames.push(this.#newFrame(place.screen, place.params));
    }
    const ending = await this.#runFrame(index + 1);
    if (ending.kind === 'end') {
      this.#end(ending.text);
      return new Promise(() => {});
    }
    const { steps } = this.#frames[index + 1]?.recorder ?? { steps: [] };
    const [areFinal, areSecret] = [steps.some(isFinal), steps.some(isSecret)];
    this.#frames.length = index + 1;
    this.#left = null;
    const value = [ending.value, this.#language];
    const [told] = frame.recorder.add({
      kind: 'v',
      order,
      tag: screen,
      worked: true,
      value,
      isFinal: areFinal,
      at: this.#moments.now,
      isSecret: areSecret,
    }) as [Json];
    return told;
  }

  /** What a visit gave, and the language that it left the user with. */
  #visited(kept: Json): Json {
    const [value, language] = kept as [Json, string | null];
    this.#language = language;
    return value;
  }

  /** Its pages are the same each time, so all have room for the keys that one of them may have. */
  async #read(index: number, text: string, options: ReadOptions, nextTag: () => string): Promise<void> {
    const frame = this.#frames[index];
    const { transportType, back, home } = this.#options;
    const texts = this.#texts();
    const fits = roomOf(transportType, 1);
    const hasRoom = (options.home ?? home) ? (part: string) => fits(lines(part, homeLine(texts))) : fits;
    const pages = textPages(text, texts, hasRoom, options.back ?? back);
    for (const [number, page] of pages.slice(0, -1).entries()) {
      const tag = nextTag();
      await this.#ask(index, tag, () => readQuestion(tag, { page, isFirst: number === 0, options }));
    }
    if (frame?.recorder.isLive === true) this.#said.say(pages.at(-1) ?? '');
  }

  /** What is remembered to have been answered is not made a question any more. */
  #ask(index: number, tag: string, make: () => Question): Promise<unknown> {
    const frame = this.#frames[index];
    if (frame === undefined) return Promise.reject(new RangeError('there is no such screen'));
    const { recorder } = frame;
    const { order, known } = recorder.begin('a', tag);
    if (known !== null) return known;
    if (this.#left !== null) return this.#fail(this.#left.fault);
    if (index !== this.#frames.length - 1 || this.#asking !== null)
      return this.#fail(new Error('a question was asked while another is open'));
    if (!recorder.isTold) return recorder.diverged(order, 'something else', tag);
    this.#asking = endedAsking(frame.screen, tag);
    const { wait } = this.#options.talk;
    if (recorder.isLive) return this.#askAnew(make);
    if (wait.tag !== tag) return recorder.diverged(order, wait.tag, tag);
    return this.#answered(make, recorder, order);
  }

  async #askAnew(make: () => Question): Promise<never> {
    const question = checkTimers(make(), this.#options);
    return this.#suspend(question, null, { lead: this.#said.lead, page: 0, tries: 0 });
  }

  async #answered(make: () => Question, recorder: Recorder, order: number): Promise<unknown> {
    const question = make();
    const before = this.#language;
    this.#language = this.#options.talk.language;
    const language = before === this.#language ? undefined : (this.#language ?? undefined);
    return this.#heed(await this.#judge(question), question, { recorder, order, language });
  }

  async #judge(question: Question): Promise<Verdict> {
    const { input, interrupts, talk } = this.#options;
    this.#isJudging = true;
    this.#moments.judge();
    try {
      return await judge(question, talk.wait, input, {
        texts: this.#texts(),
        interrupts,
        screens: this.#options.screens,
        pages: () => this.#pages(question, talk.wait.lead).length,
        hasBack: this.#hasBack(question),
        hasHome: this.#hasHome(question),
        say: (text) => this.#text(text),
        reader: { language: this.#language },
      });
    } finally {
      this.#isJudging = false;
    }
  }

  async #heed(
    verdict: Verdict,
    question: Question,
    { recorder, order, language }: { readonly recorder: Recorder } & Pick<Happened, 'order' | 'language'>,
  ): Promise<unknown> {
    const never = new Promise<never>(() => {});
    countVerdict(this.#options, verdict, this.#frames.at(-1)?.screen ?? '', question.tag);
    if (verdict.kind === 'again') return this.#suspend(question, this.#options.talk.wait, verdict.showing);
    if (leadsAway(verdict)) {
      if (verdict.kind === 'back') this.#goBack();
      else this.#outcome.resolve(verdict);
      return never;
    }
    if (verdict.kind === 'gave_up') {
      this.#said.clear();
      this.#end(this.#texts().gaveUp, true);
      return never;
    }
    this.#goLive();
    const worked = verdict.kind === 'accepted';
    const late = `nobody answered ${question.tag} in time`;
    const value = worked ? ((verdict.value ?? null) as Json) : late;
    const at = this.#moments.now;
    // Its link is used up: nobody could answer it again.
    const kept = recorder.add({
      kind: 'a',
      order,
      tag: question.tag,
      worked,
      value,
      isFinal: question.byPage === true,
      at,
      language,
      isSecret: worked && question.options.secret === true,
    });
    if (!worked) throw new TimedOut(late);
    return kept;
  }

  /** The open question is over: what comes now really happens. */
  #goLive(): void {
    for (const { recorder } of this.#frames) recorder.goLive();
    this.#asking = null;
    this.#said.clear();
    this.#answers += 1;
    this.#moments.goLive();
  }

  #goBack(): void {
    const talk = takenBack({ ...this.#options.talk, answers: this.#answers }, this.#framesNow());
    if (talk !== null) this.#outcome.resolve({ kind: 'back', talk });
  }

  #hasBack({ options, takesZero }: Question): boolean {
    if (takesZero === true || !(options.back ?? this.#options.back)) return false;
    return canGoBack(this.#frames.at(-1)?.recorder.steps ?? []);
  }

  /** Not at the first question of the first screen. */
  #hasHome({ options }: Question): boolean {
    const { home, screens, talk } = this.#options;
    if (!(options.home ?? home) || !Object.hasOwn(screens, START)) return false;
    return talk.under !== null || !isAtBeginning(this.#framesNow());
  }

  #text(text: Text): string {
    return this.#options.translator.render(textOf(text), this.#language);
  }

  #texts(): Texts {
    return this.#options.textsOf(this.#language);
  }

  #pages(question: Question, lead: string): string[] {
    const { app, transportType } = this.#options;
    const texts = this.#texts();
    const fits = roomOf(transportType, question.options.segments ?? 1);
    const home = this.#hasHome(question) ? homeLine(texts) : '';
    const pages = question.pages(lead, {
      texts,
      fits: home === '' ? fits : (text) => fits(lines(text, home)),
      hasBack: this.#hasBack(question),
      onCut: (label) => app.log.warn('an option is longer than a page and was cut', { label }),
    });
    return home === '' ? pages : pages.map((page) => lines(page, home));
  }

  #takes(question: Question, pages: number): string[] {
    const keys = [
      ...(pages > 1 ? [KEYS.more] : []),
      ...(pages > 1 || this.#hasBack(question) ? [KEYS.back] : []),
      ...(this.#hasHome(question) ? [KEYS.home] : []),
    ];
    const ours = heededAt(question, this.#options.interrupts, { texts: this.#texts(), keys });
    checkClash(question, ours, this.#options);
    return [...question.words(this.#texts()), ...ours.words, ...ours.keys];
  }

  /** Never settles: the next message goes on. */
  #suspend(question: Question, wait: Wait | null, { lead, page, tries }: Showing): Promise<never> {
    const openCall = this.#openCall;
    if (openCall !== undefined) return this.#fail(openCall);
    const pages = this.#pages(question, lead);
    const { app, talk, input } = this.#options;
    const isNew = wait === null || input.kind === 'anew';
    if (isNew) tellExplorer(app, question);
    void this.#stay({
      kind: 'asks',
      alone: this.#said.alone,
      text: pages[page] ?? pages.at(-1) ?? '',
      takes: this.#takes(question, pages.length),
      options: question.options,
      question: isNew ? question : null,
      talk: {
        ...talk,
        frames: this.#framesNow(),
        answers: this.#answers,
        language: this.#language,
        wait: {
          tag: question.tag,
          since: isNew ? app.now : wait.since,
          tries,
          page,
          lead,
          asksToGoOn: false,
          timers: wait?.timers ?? [],
          isUnseen: false,
        },
      },
    });
    return new Promise(() => {});
  }

  /** What began beside the question is found before it is asked. */
  async #stay(outcome: Outcome): Promise<void> {
    this.#isStaying = true;
    await turns(TURNS);
    const openCall = this.#openCall;
    if (openCall !== undefined) this.#outcome.reject(openCall);
    else this.#outcome.resolve(outcome);
  }

  /** The host has not answered all calls yet. */
  get #openCall(): Error | undefined {
    for (const { recorder } of this.#frames) if (recorder.openCall !== undefined) return recorder.openCall;
    return undefined;
  }

  #framesNow(): Frame[] {
    return this.#frames.map(({ recorder, ...frame }) => ({ ...frame, steps: recorder.steps }));
  }
}
