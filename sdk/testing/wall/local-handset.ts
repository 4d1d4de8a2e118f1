import type { Json } from '@vumi/sdk';
import type { Run } from '@vumi/sandbox';
import { GO_ON, isAnsweredByPage } from '../moves.ts';
import type { SimulatedPhone } from '../phone.ts';
import type { QuestionSites } from '../question-sites.ts';
import type { TestWorld } from '../world.ts';
import type { Handset, Seen } from './handset.ts';

interface LocalHandsetOptions {
  readonly world: TestWorld;
  readonly sites: QuestionSites;
  readonly phone: SimulatedPhone;
  readonly begin: string;
  readonly code: string | undefined;
  /** Every message of it comes twice. */
  readonly isTwice: boolean;
  /** A message that came twice had a second effect. */
  readonly onSecondEffect: (text: string) => void;
}

/** A phone of the test kit. */
export class LocalHandset implements Handset {
  readonly #options: LocalHandsetOptions;
  #samples: readonly string[] | null = null;
  /** Of the call that asked last, such as `workers/worker.js:42`. */
  place: string | null = null;
  #hasTalked = false;
  #gaveUp = false;

  constructor(options: LocalHandsetOptions) {
    this.#options = options;
  }

  get address(): string {
    return this.#options.phone.address;
  }

  get hasSessions(): boolean {
    return this.#options.phone.hasSessions;
  }

  begin(): Promise<Seen> {
    const { phone, code, begin } = this.#options;
    return this.#do(() => (phone.hasSessions ? phone.dial(code) : phone.text(begin)));
  }

  say(text: string): Promise<Seen> {
    const { phone } = this.#options;
    if (isAnsweredByPage(phone.at?.question ?? '') && isJson(text))
      return this.#do(async () => (await phone.open()).answer(JSON.parse(text) as Json), false);
    return this.#do(() => phone.text(text));
  }

  async hangUp(): Promise<void> {
    await this.#do(() => this.#options.phone.hangUp());
  }

  async look(): Promise<Seen> {
    return this.#seen({ isAnswered: this.#options.phone.screen !== null, failure: null });
  }

  async #do(deed: () => Promise<unknown>, comesTwice: boolean = this.#options.isTwice): Promise<Seen> {
    const { world, phone, onSecondEffect } = this.#options;
    const { app } = world.tested;
    const [runs, texts] = [app.runs.length, phone.texts];
    await deed();
    if (comesTwice)
      await world.twice().catch((error: unknown) => {
        if (!(error instanceof Error)) throw error;
        onSecondEffect(error.message);
      });
    for (const { samples, stack } of world.tested.takeAsked()) {
      this.#samples = samples;
      this.place = this.#options.sites.reach(stack)?.place ?? null;
    }
    const mine = app.runs.slice(runs).filter(({ kind }) => kind === 'message');
    this.#note(mine);
    const failed = mine.find(({ outcome }) => outcome !== 'ok');
    return this.#seen({
      isAnswered: phone.texts > texts,
      failure: failed === undefined ? null : `the app failed: ${firstLine(failed.error ?? failed.outcome)}`,
    });
  }

  #note(runs: readonly Run[]): void {
    const notes = runs.flatMap(({ talk }) => talk);
    this.#hasTalked ||= notes.length > 0;
    this.#gaveUp = notes.some(({ what }) => what === 'gave_up');
  }

  #seen({ isAnswered, failure }: { readonly isAnswered: boolean; readonly failure: string | null }): Seen {
    const { world, phone } = this.#options;
    const wait = world.talkOf(phone)?.wait ?? null;
    const asksToGoOn = wait?.asksToGoOn === true;
    const isKnown = wait !== null && !asksToGoOn;
    return {
      shown: isAnswered ? phone.screen : null,
      // Answers of a scenario are for the question that was open before.
      at: asksToGoOn && phone.at !== null ? { ...phone.at, question: GO_ON } : phone.at,
      samples: isKnown ? this.#samples : null,
      isRefused: wait !== null && wait.tries > 0,
      isOver: this.#isOver,
      isPlain: !this.#hasTalked,
      broken: failure ?? this.#trouble(),
    };
  }

  get #isOver(): boolean {
    const { phone } = this.#options;
    if (phone.at !== null || phone.isOpen) return false;
    return phone.hasSessions || this.#hasTalked || phone.screen?.ends === true;
  }

  #trouble(): string | null {
    const { phone } = this.#options;
    if (this.#gaveUp && this.#isOver) return 'the app has given up after wrong answers';
    const isCut = phone.hasSessions && phone.at !== null && !phone.isOpen;
    return isCut ? 'the session has ended in the middle of the conversation' : null;
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
