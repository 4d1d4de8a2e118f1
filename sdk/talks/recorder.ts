import type { Json } from '../state.ts';
import { notAwaited } from './faults.ts';
import {
  begunAt,
  hasWorked,
  LONGEST_STEP,
  stepOf,
  valueOf,
  type Frame,
  type Happened,
  type Step,
  type StepKind,
} from './journal.ts';

/** What ran before runs otherwise now: the app has changed, or reads what does not last. */
export class Diverged extends Error {
  override readonly name = 'Diverged';
}

/**
 * What a question throws that nobody answered in its time (`within`), where no `otherwise` says what is then.
 *
 * @example
 * try {
 *   return `Thank you, ${await app.ask('Still there?', { within: '1 hour' })}.`;
 * } catch (error) {
 *   if (error instanceof TimedOut) return 'Until next time.';
 *   throw error;
 * }
 * // < Still there?
 * // wait 2 hours
 * // < Until next time.
 */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** What the screens of a conversation have to do with the message that it is about. */
export interface Surroundings {
  /** Ends the whole run, whatever the author's code does with errors. Never settles. */
  readonly fail: (error: Error) => Promise<never>;
  /** A step is over that more follows from than from a call; `at` 0: no time has passed. */
  readonly onPassed: (kind: StepKind, order: number, at: number) => void;
  /** An interrupt had changed it before the answer. */
  readonly onLanguage: (language: string) => void;
  /** Something has happened: what else comes of it is to be seen. */
  readonly onQuiet: () => void;
}

interface Waiting {
  readonly resolve: (value: Json) => void;
  readonly reject: (error: Error) => void;
}

/** One thing that a screen does. */
export interface Deed<T> {
  readonly kind: 'c' | 'o';
  readonly tag: string;
  /** Nothing takes it back. */
  readonly isFinal: boolean;
  readonly run: () => Promise<T>;
}

/** So many turns of the queue of microtasks that what follows from a step has begun. */
export const TURNS = 64;

/**
 * What a screen does, step by step: at first as its frame remembers it, in the order of then, afterwards really
 * (spec authoring §3.1, §3.2).
 */
export class Recorder {
  readonly steps: Step[];
  readonly #screen: string;
  readonly #surroundings: Surroundings;
  /** What is remembered by when it was begun, where that is not the order in which it was over. */
  #byOrder: readonly Step[] | null = null;
  readonly #waiting = new Map<Step, Waiting>();
  readonly #remembered: number;
  #begun = 0;
  /** Of the steps that are remembered, how many are told. */
  #told = 0;
  #isTelling = false;
  #isLive: boolean;
  /** Calls whose answers the author's code does not have yet: what is wrong where it goes on without them. */
  readonly #openCalls = new Set<Error>();
  /** What follows from the last answer is still to begin. */
  #settling: Promise<void> | null = null;

  constructor(
    { screen, steps }: Pick<Frame, 'screen' | 'steps'>,
    isLive: boolean,
    surroundings: Surroundings,
  ) {
    this.steps = [...steps];
    this.#remembered = steps.length;
    this.#screen = screen;
    this.#isLive = isLive;
    this.#surroundings = surroundings;
  }

  /** What is wrong where the author's code goes on now without an answer that it has asked for. */
  get openCall(): Error | undefined {
    for (const call of this.#openCalls) return call;
    return undefined;
  }

  /** Whether all that is remembered was told. */
  get isTold(): boolean {
    return this.#told >= this.#remembered;
  }

  /** Whether the next thing really happens. */
  get isLive(): boolean {
    return this.#isLive && this.isTold;
  }

  /** The open question is answered: what comes now has not been before. */
  goLive(): void {
    this.#isLive = true;
  }

  /** Changes whenever something happens. */
  get activity(): number {
    return this.#begun + this.steps.length + this.#told;
  }

  /** A step by what is remembered of it; `known` is null where it is new. */
  begin(kind: StepKind, tag: string): { readonly order: number; readonly known: Promise<Json> | null } {
    const order = this.#begun;
    this.#begun += 1;
    const step = this.#known(order);
    if (step === undefined) return { order, known: null };
    if (step[0] === kind && step[2] === tag) return { order, known: this.#tell(step) };
    return { order, known: this.diverged(order, nameOf(step[0], step[2]), nameOf(kind, tag)) };
  }

  /** Most are over in the order in which they were begun. */
  #known(order: number): Step | undefined {
    if (order >= this.#remembered) return undefined;
    const step = this.steps[order];
    if (this.#byOrder === null && step?.[1] === order) return step;
    if (this.#byOrder === null) {
      const known: Step[] = [];
      for (const one of this.steps.slice(0, this.#remembered)) known[one[1]] = one;
      this.#byOrder = known;
    }
    return this.#byOrder[order];
  }

  /** Does it, or tells what it gave. */
  perform<T>(deed: Deed<T>): Promise<T> {
    const { kind, tag } = deed;
    const { order, known } = this.begin(kind, tag);
    if (known !== null) return known as Promise<T>;
    if (!this.isLive) return this.diverged(order, 'the open question', nameOf(kind, tag));
    return this.#do(deed, order);
  }

  /** Of calls at a time one is over after the other, as they are told again: what follows from each has begun before. */
  async #do<T>({ kind, tag, isFinal, run }: Deed<T>, order: number): Promise<T> {
    let worked = true;
    let given: unknown;
    const call = notAwaited(tag);
    this.#openCalls.add(call);
    try {
      given = await run();
    } catch (error) {
      worked = false;
      given = error;
    }
    while (this.#settling !== null) await this.#settling;
    if (this.#openCalls.size > 1) this.#settling = this.#settle();
    this.#openCalls.delete(call);
    this.#surroundings.onQuiet();
    const value = worked ? jsonOf(given, kind === 'o') : textOf(given);
    const fault = this.#keep({ kind, order, tag, worked, value, isFinal, at: 0 });
    if (fault !== null) return this.#surroundings.fail(fault);
    if (kind === 'o') this.#surroundings.onPassed(kind, order, 0);
    if (!worked) throw given;
    // What is told again is of JSON: so it is from the first.
    return kind === 'o' ? (copyOf(value ?? null) as T) : (given as T);
  }

  async #settle(): Promise<void> {
    await turns(TURNS);
    this.#settling = null;
  }

  /** Waits for the host without remembering anything. */
  async count<T>(tag: string, run: () => Promise<T>): Promise<T> {
    const call = notAwaited(tag);
    this.#openCalls.add(call);
    try {
      return await run();
    } finally {
      this.#openCalls.delete(call);
      this.#surroundings.onQuiet();
    }
  }

  /** Keeps a copy of its value, which is the author's to change, and gives another. Throws where it has no form in JSON. */
  add(happened: Omit<Happened, 'begun'>): Json {
    const value = jsonOf(happened.value, true);
    if (value === undefined) throw formless(happened.tag);
    this.steps.push(stepOf({ ...happened, value, begun: this.#begun }));
    this.#surroundings.onPassed(happened.kind, happened.order, happened.at);
    this.#surroundings.onQuiet();
    return copyOf(value);
  }

  /** Never settles: the run is over. */
  diverged(order: number, was: string, now: string): Promise<never> {
    return this.#surroundings.fail(
      new Diverged(
        `conversation diverged: screen "${this.#screen}", step ${order + 1} was ${was} and is now ${now}. ` +
          'Keep what lasts longer than a message in app.user or app.state, not in variables outside the conversation.',
      ),
    );
  }

  /** Nothing goes on any more: false where all that is remembered was told. */
  divergedInSilence(): boolean {
    const step = this.isTold ? undefined : this.steps[this.#told];
    if (step !== undefined)
      void this.diverged(step[1], nameOf(step[0], step[2]), 'something that never comes');
    return step !== undefined;
  }

  #keep({
    value,
    ...happened
  }: Omit<Happened, 'begun' | 'value'> & { value: Json | undefined }): Error | null {
    const { tag } = happened;
    if (value === undefined) return formless(tag);
    const length = isShort(value) ? 0 : JSON.stringify(value).length;
    if (length > LONGEST_STEP)
      return new RangeError(
        `the conversation cannot remember the ${length} characters that ${tag} gave, only ${LONGEST_STEP}: ` +
          'keep what you need of it with app.once',
      );
    this.steps.push(stepOf({ ...happened, value, begun: this.#begun }));
    return null;
  }

  /** At once where nothing else waits to be told, as nearly always. */
  #tell(step: Step): Promise<Json> {
    if (!this.#isTelling && this.#waiting.size === 0 && this.#isNext(step)) {
      this.#told += 1;
      this.#passed(step);
      this.#surroundings.onQuiet();
      return hasWorked(step) ? Promise.resolve(toldValue(step)) : Promise.reject(errorOf(step));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.set(step, { resolve, reject });
      if (!this.#isTelling) void this.#tellAll();
    });
  }

  /** One by one, as it was: what follows from a step has begun before the next one is told. */
  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    while (this.#tellNext()) if (this.#waiting.size > 0) await turns(TURNS);
    this.#isTelling = false;
    this.#surroundings.onQuiet();
  }

  #tellNext(): boolean {
    const step = this.isTold ? undefined : this.steps[this.#told];
    const waiting = step === undefined ? undefined : this.#waiting.get(step);
    if (step === undefined || waiting === undefined || !this.#isNext(step)) return false;
    this.#told += 1;
    this.#waiting.delete(step);
    this.#passed(step);
    if (hasWorked(step)) waiting.resolve(toldValue(step));
    else waiting.reject(errorOf(step));
    return true;
  }

  #isNext(step: Step): boolean {
    return !this.isTold && this.steps[this.#told] === step && this.#begun >= begunAt(step);
  }

  #passed(step: Step): void {
    if (step[0] !== 'c') this.#surroundings.onPassed(step[0], step[1], step[5]);
    const language = step[6];
    if (typeof language === 'string') this.#surroundings.onLanguage(language);
  }
}

/** Lets the queue of microtasks go on. One chain costs an interpreter less than so many times `await`. */
export function turns(count: number): Promise<void> {
  let last: Promise<void> = Promise.resolve();
  // oxlint-disable-next-line promise/valid-params -- it has nothing to do but to take its turn
  for (let turn = 0; turn < count; turn += 1) last = last.then();
  return last;
}

function errorOf(step: Step): Error {
  const value = valueOf(step);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return step[0] === 'a' ? new TimedOut(text) : new Error(text);
}

/** What the author's code changes of it must not be remembered. */
function toldValue(step: Step): Json {
  return copyOf(valueOf(step));
}

function copyOf(value: Json): Json {
  return typeof value === 'object' && value !== null ? (JSON.parse(JSON.stringify(value)) as Json) : value;
}

function nameOf(kind: StepKind, tag: string): string {
  return { a: tag, c: tag, o: `app.once("${tag}")`, v: `app.visit("${tag}")` }[kind];
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A character is six in JSON at most. */
const LONGEST_ESCAPE = 6;

/** What takes so little room that it need not be measured. */
function isShort(value: Json): boolean {
  return typeof value === 'string'
    ? value.length * LONGEST_ESCAPE + 2 <= LONGEST_STEP
    : typeof value !== 'object';
}

function formless(tag: string): TypeError {
  return new TypeError(
    `what ${tag} gave has no form in JSON, so the conversation cannot remember it: give texts, numbers, lists and plain objects`,
  );
}

/** Undefined for what JSON cannot say; `isStrict`: also for what JSON would make something else of, such as a date. */
function jsonOf(value: unknown, isStrict: boolean): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  try {
    const text = JSON.stringify(value, isStrict ? checked : undefined) as string | undefined;
    return (text === undefined ? undefined : JSON.parse(text)) as Json;
  } catch {
    return undefined as unknown as Json;
  }
}

/** As `JSON.stringify` calls it: `this` has the value as it was before `toJSON`. */
function checked(this: unknown, name: string, said: unknown): unknown {
  const value: unknown = (this as Readonly<Record<string, unknown>>)[name];
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const kind: unknown = Object.getPrototypeOf(value);
    if (kind !== Object.prototype && kind !== null) throw new TypeError('it is no plain object');
  }
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError('it is no value');
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('it is no number');
  return said;
}
