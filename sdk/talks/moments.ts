import { SET_MOMENT, type SetMoment } from '@vumi/core/talks';
import type { App } from '../app.ts';
import { hashOf, mixed, RANGE } from './chance.ts';
import type { StepKind } from './journal.ts';

const KINDS: Readonly<Record<StepKind, number>> = { a: 1, c: 2, o: 3, v: 4 };
/** Of what a parser draws, which is not drawn again. */
const JUDGING = 5;

/**
 * The times that a conversation goes through while it is told what it was told before: `Date`, `Math.random` and the console
 * are those of the message of each stretch, as they were when it was new (spec authoring §3.2).
 */
export class Moments {
  /** Milliseconds since the epoch. */
  now: number;
  readonly #app: App;
  readonly #base: number;
  #isSilent: boolean;

  constructor(app: App, { id, began }: { readonly id: string; readonly began: number }, isLive: boolean) {
    this.#app = app;
    this.#base = hashOf(id);
    this.now = began;
    this.#isSilent = !isLive;
  }

  /** A screen begins. */
  open({ at, chance }: { readonly at: number; readonly chance: number }): void {
    this.now = at;
    this.#set(chance);
  }

  /** What a screen draws from that begins now; it goes on from what was drawn before. */
  draw(): number {
    return Math.floor(Math.random() * RANGE);
  }

  /** A step is over: what follows from it draws anew, whether it happened now or is told. `at` 0: no time has passed. */
  passed(kind: StepKind, order: number, at: number): void {
    if (at > 0) this.now = at;
    this.#set(mixed(this.#base, [KINDS[kind], order, this.now]));
  }

  /** A parser looks at the message in hand. */
  judge(): void {
    const { now } = this.#app;
    this.#tell(now, mixed(this.#base, [JUDGING, now]), false);
  }

  /** What comes now has not been before. */
  goLive(): void {
    this.#isSilent = false;
    this.now = this.#app.now;
  }

  #set(chance: number): void {
    this.#tell(this.now, chance, this.#isSilent);
  }

  #tell(now: number, chance: number, isSilent: boolean): void {
    (this.#app as App & { readonly [SET_MOMENT]?: SetMoment })[SET_MOMENT]?.(now, chance, isSilent);
  }
}
