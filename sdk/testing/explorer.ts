import { errorText } from '@vumi/core';
import { userStateKey } from '@vumi/sandbox';
import type { Json } from '@vumi/sdk';
import { talkKey, valueOf } from '@vumi/sdk/talks';
import { chances } from './chance.ts';
import { NEW_ISOLATE } from './checks.ts';
import type { Explored, ExploreOptions, PlaceShown } from './api.ts';
import { NO_FIXTURE } from './http-fixtures.ts';
import { GO_ON, HELP, movesOf, START, STOP } from './moves.ts';
import type { SimulatedPhone } from './phone.ts';
import { QuestionSites } from './question-sites.ts';
import { addressOf, testOf, type Step } from './script.ts';
import type { TestWorld } from './world.ts';

const TURNS = 2000;
/** Messages that an isolate handles beside the one that handles all: a new one for each would take too long. */
const ISOLATE_LASTS = 25;
/** The same on walks, where each place has been seen before. */
const WALKED_ISOLATE_LASTS = 125;
/** Links that were given, each time others (sandbox/links). */
const LINKS = 'vumi:links';
/** Steps of a walk. */
const LONGEST_WALK = 30;

/** In place of a fault: the way is not followed. */
const SKIPPED = 'skipped';

/** A place of the app, by the shortest way to it. */
interface Place {
  readonly key: string;
  readonly steps: readonly Step[];
  readonly saved: { readonly restore: () => void };
  /** What may be typed at the questions that are open, by phone. */
  readonly samples: readonly (readonly string[])[];
  /** A session or conversation waits for an answer. */
  readonly isOpen: boolean;
  /** The last answer was refused: what right ones do is known from where it was given. */
  readonly isRefused: boolean;
  /** A question is asked here that was not asked before. */
  readonly isNews: boolean;
  /** Where answers lead. */
  readonly next: Set<string>;
  /** An answer ends the conversation. */
  ends: boolean;
  /** All that can be done here was done. */
  isSeen: boolean;
}

/** Steps that are to be tried at a place. */
interface Way {
  readonly place: Place;
  readonly steps: readonly Step[];
  /** All others were tried before. */
  readonly isRest: boolean;
}

/** Options of a menu that are tried before other places are seen. */
const FIRST_OPTIONS = 2;

/**
 * What is left to try: first where a question is new, then breadth first, and last the further options of long menus, which mostly
 * lead to the same.
 */
class Frontier {
  readonly #news: Way[] = [];
  readonly #others: Way[] = [];
  readonly #rest: Way[] = [];

  add(place: Place, all: readonly Step[]): void {
    let options = 0;
    const isFurther = (step: Step): boolean =>
      step.kind === 'text' && OPTION.test(step.text) && ++options > FIRST_OPTIONS;
    const { rest = [], first = [] } = Object.groupBy(all, (step) => (isFurther(step) ? 'rest' : 'first'));
    (place.isNews ? this.#news : this.#others).push({ place, steps: first, isRest: rest.length === 0 });
    if (rest.length > 0) this.#rest.push({ place, steps: rest, isRest: true });
  }

  next(): Way | null {
    return this.#news.shift() ?? this.#others.shift() ?? this.#rest.shift() ?? null;
  }
}

/** A number of a menu, but not a key such as 0, 00 and 98. */
const OPTION = /^(?!98$)[1-9]\d?$/;

type Remembered = ReturnType<TestWorld['talkOf']>;

/** Goes to all places of an app (spec authoring §6.3). */
export async function explore(world: TestWorld, options: ExploreOptions): Promise<Explored> {
  const { tested } = world;
  const code = tested.app.versions.get(tested.app.active);
  if (code === undefined) throw new Error('there is no app to explore');
  const sites = new QuestionSites(code, { hears: world.transport !== 'ussd' });
  for (const stack of tested.asking) sites.reach(stack);
  tested.takeAsked();
  const { settings } = tested;
  const beginning = world.save();
  const turns = options.turns ?? TURNS;
  let left = turns;
  const shown = new Map<string, PlaceShown>();
  const skipped = new Set<string>();
  let isComplete = true;
  try {
    const languages = options.languages ?? [null];
    for (const [index, language] of languages.entries()) {
      // Walks use up all that there is: each language has its share of what the others left.
      const share = Math.ceil(left / (languages.length - index));
      const budget = { left: share };
      tested.twinLasts = ISOLATE_LASTS;
      const explorer = new Explorer(world, options, { language, budget, sites, shown, skipped });
      isComplete = (await explorer.run()) && isComplete;
      left -= share - budget.left;
      beginning.restore();
    }
  } finally {
    beginning.restore();
    tested.settings = settings;
    tested.twinLasts = 1;
  }
  for (const handler of tested.told) sites.reachHandler(handler);
  const { reached, missed } = sites;
  const all = reached.length + missed.length;
  return {
    turns: turns - left,
    isComplete,
    places: [...shown.values()],
    skipped: [...skipped],
    questions: { reached, missed, coverage: all === 0 ? 100 : Math.floor((100 * reached.length) / all) },
  };
}

interface Tour {
  readonly language: string | null;
  readonly budget: { left: number };
  readonly sites: QuestionSites;
  readonly shown: Map<string, PlaceShown>;
  readonly skipped: Set<string>;
}

class Explorer {
  readonly #world: TestWorld;
  readonly #tour: Tour;
  readonly #begin: string;
  readonly #skipsHttp: boolean;
  readonly #phones: readonly SimulatedPhone[];
  readonly #places = new Map<string, Place>();
  readonly #random: () => number;
  #root: Place | null = null;

  constructor(world: TestWorld, options: ExploreOptions, tour: Tour) {
    const { phones = 1, begin = 'hi', seed = 1, withoutHttp = false } = options;
    this.#world = world;
    this.#tour = tour;
    this.#begin = begin;
    this.#skipsHttp = withoutHttp;
    this.#random = chances(seed);
    const language = tour.language === null ? {} : { language: tour.language };
    this.#phones = Array.from({ length: phones }, (_, index) => world.phone(addressOf(index), language));
    for (const phone of this.#phones) world.speak(phone, tour.language);
  }

  /** Whether it saw all places. */
  async run(): Promise<boolean> {
    const root = this.#arrive([], null);
    this.#root = root;
    const queue = new Frontier();
    queue.add(root, this.#stepsFrom(root));
    for (let way = queue.next(); way !== null && this.#tour.budget.left > 0; way = queue.next())
      await this.#expand(way, queue);
    this.#checkEnds();
    const isComplete = [...this.#places.values()].every(({ isSeen }) => isSeen);
    if (isComplete) await this.#walk(root);
    return isComplete;
  }

  /** Does some of what can be done at a place; what is new is to be seen later. */
  async #expand({ place, steps, isRest }: Way, queue: Frontier): Promise<void> {
    for (const step of steps) {
      if (this.#tour.budget.left <= 0) return;
      place.saved.restore();
      const gone = await this.#go(place, step);
      if (gone === null) continue;
      const { reached, isNew, ends } = gone;
      if (isNew) queue.add(reached, this.#stepsFrom(reached));
      if (isAnswer(step) || (step.kind === 'text' && step.text === HELP)) place.next.add(reached.key);
      if (ends) place.ends = true;
    }
    if (isRest) place.isSeen = true;
  }

  async #go(place: Place, step: Step): Promise<{ reached: Place; isNew: boolean; ends: boolean } | null> {
    const steps = [...place.steps, step];
    const phone = this.#phoneOf(step);
    const fault = await this.#faultOf(step);
    if (fault === SKIPPED) {
      // Nobody knows what would come of it: it may well be the end.
      place.ends = true;
      return null;
    }
    if (fault !== null) throw this.#fault(fault, await this.#shortest(steps, fault));
    const reached = this.#arrive(steps, { place, step });
    const isNew = !this.#places.has(reached.key);
    if (isNew) this.#places.set(reached.key, reached);
    // Whoever gave a wrong answer before may be given up: that is no end that anybody means.
    const ends = isAnswer(step) && !place.isRefused && !isWaiting(phone);
    return { reached: this.#places.get(reached.key) ?? reached, isNew, ends };
  }

  /** What is wrong with a step; null: nothing. */
  async #faultOf(step: Step): Promise<string | null> {
    this.#tour.budget.left -= 1;
    const phone = this.#phoneOf(step);
    try {
      await this.#do(step, phone);
    } catch (error) {
      const text = errorText(error);
      const calls = text.split('\n').filter((line) => line.startsWith(NO_FIXTURE));
      if (!this.#skipsHttp || calls.length === 0) return text;
      for (const call of calls) this.#tour.skipped.add(call);
      return SKIPPED;
    }
    this.#show(phone);
    return null;
  }

  async #do(step: Step, phone: SimulatedPhone): Promise<void> {
    if (step.kind === 'dial') await phone.dial();
    else if (step.kind === 'hangUp') await phone.hangUp();
    else if (step.kind === 'text') await phone.text(step.text);
    else if (step.kind === 'answer') await (await phone.open()).answer(JSON.parse(step.json) as Json);
    else await this.#world.advance(`${step.minutes} minutes`);
  }

  #arrive(steps: readonly Step[], from: { readonly place: Place; readonly step: Step } | null): Place {
    const talks = this.#phones.map((phone) => this.#world.talkOf(phone));
    const key = this.#phones.map((phone, index) => this.#keyOf(phone, talks[index] ?? null)).join('\n');
    const asked = this.#world.tested.takeAsked();
    const { sites } = this.#tour;
    const reached = sites.reached.length;
    for (const { stack } of asked) sites.reach(stack);
    const newest = asked.at(-1)?.samples ?? null;
    const place: Place = {
      key,
      steps,
      saved: this.#world.save(),
      samples: this.#phones.map((_, index) => {
        const before = from?.place.samples[index] ?? [];
        return index === from?.step.phone && newest !== null ? newest : before;
      }),
      isOpen: this.#phones.some(isWaiting),
      isRefused: talks.some((talk) => (talk?.wait.tries ?? 0) > 0),
      next: new Set(),
      isNews: sites.reached.length > reached,
      ends: false,
      isSeen: false,
    };
    if (from === null) this.#places.set(key, place);
    return place;
  }

  /** Screen, open question and what the user has: not the words of his answers, but what he chose. */
  #keyOf(phone: SimulatedPhone, talk: Remembered): string {
    const chosen = (talk?.frames ?? []).map(({ screen, params, steps }) => [
      screen,
      params,
      steps
        .filter(([kind]) => kind === 'a')
        .map((step) => [step[2], step[2].startsWith('ask') ? null : valueOf(step)]),
    ]);
    const { tag = '', tries = 0, page = 0, asksToGoOn = false } = talk?.wait ?? {};
    const wait = [tag, tries, page, asksToGoOn];
    return JSON.stringify([phone.isOpen, chosen, wait, talk?.language ?? null, this.#stateOf(phone)]);
  }

  #stateOf({ address, to, screen }: SimulatedPhone): unknown {
    const { state, app } = this.#world.tested;
    const own = userStateKey(app.ref, address, talkKey(to));
    const start = own.slice(0, -talkKey(to).length);
    const kept = [...state.values].filter(
      ([key]) => key.startsWith(start) && key !== own && key !== `${start}${LINKS}`,
    );
    return kept.length === 0 && !state.values.has(own) ? [screen?.text ?? null] : kept;
  }

  #stepsFrom({ samples }: Place): Step[] {
    const steps: Step[] = [];
    for (const [index, phone] of this.#phones.entries()) {
      const possible = { phone: index, samples: samples[index] ?? [], begin: this.#begin };
      steps.push(...movesOf(this.#world, phone, possible));
    }
    return steps;
  }

  /** From every place where somebody waits for an answer, answers lead to an end. */
  #checkEnds(): void {
    const places = [...this.#places.values()];
    const good = new Set(places.filter(({ ends, isSeen }) => ends || !isSeen).map(({ key }) => key));
    for (let before = -1; before < good.size;) {
      before = good.size;
      for (const { key, next, isRefused } of places)
        if (!isRefused && [...next].some((one) => good.has(one))) good.add(key);
    }
    const dead = places.find(({ key, isOpen, isRefused }) => isOpen && !isRefused && !good.has(key));
    if (dead === undefined) return;
    dead.saved.restore();
    const text = this.#phones.find(isWaiting)?.screen?.text ?? '';
    throw this.#fault(`no answer ends the conversation from here: ${JSON.stringify(text)}`, dead.steps);
  }

  /** What is left is for walks without a plan: their answers differ, which the plan takes for the same. */
  async #walk(root: Place): Promise<void> {
    this.#world.tested.twinLasts = WALKED_ISOLATE_LASTS;
    while (this.#tour.budget.left > 0) {
      root.saved.restore();
      let place = root;
      for (let length = 0; length < LONGEST_WALK && this.#tour.budget.left > 0; length += 1) {
        const choices = this.#stepsFrom(place);
        const step = choices[Math.floor(this.#random() * choices.length)];
        if (step === undefined) break;
        const steps = [...place.steps, step];
        const fault = await this.#faultOf(step);
        if (fault === SKIPPED) break;
        if (fault !== null) throw this.#fault(fault, await this.#shortened(root, steps, fault));
        place = this.#arrive(steps, { place, step });
      }
    }
  }

  /** Places were not seen in the order of their ways: a shorter one may do the same. */
  async #shortest(steps: readonly Step[], fault: string): Promise<readonly Step[]> {
    return this.#root === null ? steps : this.#shortened(this.#root, steps, fault);
  }

  /** Without the steps that the fault does not need. */
  async #shortened(root: Place, steps: readonly Step[], fault: string): Promise<readonly Step[]> {
    let least = steps;
    // What a variable keeps shows each time then.
    this.#world.tested.twinLasts = 1;
    for (let index = steps.length - 2; index >= 0; index -= 1) {
      const fewer = least.toSpliced(index, 1);
      root.saved.restore();
      let last: string | null = null;
      for (const step of fewer) last ??= await this.#faultOf(step);
      if (last !== null && isSameFault(last, fault)) least = fewer;
    }
    return least;
  }

  #show(phone: SimulatedPhone): void {
    const { screen, at: open } = phone;
    if (screen === null) return;
    const asksToGoOn = this.#world.talkOf(phone)?.wait.asksToGoOn ?? false;
    const at = open !== null && asksToGoOn ? { ...open, question: GO_ON } : open;
    const { language, shown } = this.#tour;
    const key = JSON.stringify([at, language]);
    const known = shown.get(key);
    if (known === undefined || known.units < screen.units) shown.set(key, { ...screen, at, language });
  }

  #phoneOf({ phone }: Step): SimulatedPhone {
    const found = this.#phones[phone];
    if (found === undefined) throw new Error(`there is no phone ${phone}`);
    return found;
  }

  #fault(text: string, steps: readonly Step[]): Error {
    const { language } = this.#tour;
    // What a variable keeps shows the second time.
    const script = text.startsWith(NEW_ISOLATE) ? [...steps, ...steps] : steps;
    return new Error(`${text}\n\n${testOf(script, { transport: this.#world.transport, language })}`);
  }
}

/** What a variable says changes with each message. */
function isSameFault(one: string, other: string): boolean {
  return one === other || (one.startsWith(NEW_ISOLATE) && other.startsWith(NEW_ISOLATE));
}

function isWaiting({ hasSessions, isOpen, at }: SimulatedPhone): boolean {
  return hasSessions ? isOpen : at !== null;
}

function isAnswer(step: Step): boolean {
  return step.kind === 'answer' || (step.kind === 'text' && ![STOP, START, HELP].includes(step.text));
}
