import type { Json } from '../state.ts';
import { LONGEST_STEP, type Frame, type Step, type StepKind } from './journal.ts';

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
  /** Milliseconds since the epoch, of the message of that time. */
  readonly onTime: (at: number) => void;
  /** An interrupt had changed it before the answer. */
  readonly onLanguage: (language: string) => void;
  /** Something has happened: what else comes of it is to be seen. */
  readonly onQuiet: () => void;
}

interface Waiting {
  readonly resolve: (value: Json) => void;
  readonly reject: (error: Error) => void;
}

type Result<T> =
  | { readonly worked: true; readonly value: T }
  | { readonly worked: false; readonly error: unknown };

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
  readonly #known: readonly Step[];
  readonly #waiting = new Map<Step, Waiting>();
  readonly #remembered: number;
  #begun = 0;
  /** Of the steps that are remembered, how many are told. */
  #told = 0;
  #isTelling = false;
  #isLive: boolean;
  /** Calls whose answers the author's code does not have yet. */
  open = 0;
  /** What follows from the last answer is still to begin. */
  #settling: Promise<void> | null = null;

  constructor({ screen, steps }: Frame, isLive: boolean, surroundings: Surroundings) {
    this.steps = [...steps];
    this.#remembered = steps.length;
    this.#screen = screen;
    const known: Step[] = [];
    for (const step of steps) known[step.order] = step;
    this.#known = known;
    this.#isLive = isLive;
    this.#surroundings = surroundings;
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
    const step = this.#known[order];
    if (step === undefined) return { order, known: null };
    if (step.kind === kind && step.tag === tag) return { order, known: this.#tell(step) };
    return { order, known: this.diverged(order, nameOf(step), nameOf({ kind, tag })) };
  }

  /** Does it, or tells what it gave. */
  async perform<T>({ kind, tag, isFinal, run }: Deed<T>): Promise<T> {
    const { order, known } = this.begin(kind, tag);
    if (known !== null) return (await known) as T;
    if (!this.isLive) return this.diverged(order, 'the open question', nameOf({ kind, tag }));
    const outcome = await this.#outcomeOf(run);
    const { worked } = outcome;
    const value = worked ? jsonOf(outcome.value) : textOf(outcome.error);
    const fault = this.#keep({ kind, order, tag, worked, value, isFinal, at: 0 });
    if (fault !== null) return this.#surroundings.fail(fault);
    if (worked) return outcome.value;
    throw outcome.error;
  }

  /** Of calls at a time one is over after the other, as they are told again: what follows from each has begun before. */
  async #outcomeOf<T>(run: () => Promise<T>): Promise<Result<T>> {
    return this.count(async () => {
      const outcome = await resultOf(run);
      while (this.#settling !== null) await this.#settling;
      if (this.open > 1) this.#settling = this.#settle();
      return outcome;
    });
  }

  async #settle(): Promise<void> {
    await turns(TURNS);
    this.#settling = null;
  }

  /** Waits for the host without remembering anything. */
  async count<T>(run: () => Promise<T>): Promise<T> {
    this.open += 1;
    try {
      return await run();
    } finally {
      this.open -= 1;
      this.#surroundings.onQuiet();
    }
  }

  add(step: Omit<Step, 'begun'>): void {
    this.steps.push({ ...step, begun: this.#begun });
    this.#surroundings.onQuiet();
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
    if (step !== undefined) void this.diverged(step.order, nameOf(step), 'something that never comes');
    return step !== undefined;
  }

  #keep(step: Omit<Step, 'begun'> & { value: Json | undefined }): Error | null {
    if (step.value === undefined)
      return new TypeError(
        `what ${step.tag} gave has no form in JSON, so the conversation cannot remember it`,
      );
    const { length } = JSON.stringify(step.value);
    if (length > LONGEST_STEP)
      return new RangeError(
        `the conversation cannot remember the ${length} characters that ${step.tag} gave, only ${LONGEST_STEP}: ` +
          'keep what you need of it with app.once',
      );
    this.steps.push({ ...step, begun: this.#begun });
    return null;
  }

  #tell(step: Step): Promise<Json> {
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
    if (step === undefined || waiting === undefined || this.#begun < step.begun) return false;
    this.#told += 1;
    this.#waiting.delete(step);
    if (step.kind === 'a') this.#surroundings.onTime(step.at);
    if (step.language !== undefined) this.#surroundings.onLanguage(step.language);
    if (step.worked) waiting.resolve(step.value);
    else waiting.reject(errorOf(step));
    return true;
  }
}

/** Lets the queue of microtasks go on. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

function errorOf({ kind, value }: Step): Error {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return kind === 'a' ? new TimedOut(text) : new Error(text);
}

function nameOf({ kind, tag }: Pick<Step, 'kind' | 'tag'>): string {
  return { a: tag, c: tag, o: `app.once("${tag}")`, v: `app.visit("${tag}")` }[kind];
}

async function resultOf<T>(run: () => Promise<T>): Promise<Result<T>> {
  try {
    return { worked: true, value: await run() };
  } catch (error) {
    return { worked: false, error };
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Undefined for what JSON cannot say. */
function jsonOf(value: unknown): Json {
  if (value === undefined) return null;
  try {
    const text = JSON.stringify(value) as string | undefined;
    return (text === undefined ? undefined : JSON.parse(text)) as Json;
  } catch {
    return undefined as unknown as Json;
  }
}
