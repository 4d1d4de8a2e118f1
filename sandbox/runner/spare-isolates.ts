import { GuestIsolate, type GuestProgram } from './isolate.ts';
import { rehearse } from './rehearsal.ts';

/** Enough that an app seldom waits for an isolate to be made, few enough to cost nothing: 1.4 MB each. */
const KEPT = 2;

/** An app that has just taken one is being loaded: making the next would hold it up. */
const REFILL_AFTER_MS = 50;

/** Isolates that are ready for an app: making one takes longer than loading an ordinary app into it. */
export class SpareIsolates {
  readonly #program: GuestProgram;
  readonly #memoryMb: number;
  readonly #spares: GuestIsolate[] = [];
  #refilling = false;

  constructor(program: GuestProgram, memoryMb: number) {
    this.#program = program;
    this.#memoryMb = memoryMb;
    const refill = (): void => this.#refillLater();
    // Without it every isolate compiles for itself.
    rehearse(program).then(refill, refill);
  }

  take(memoryMb: number): GuestIsolate {
    const spare = memoryMb === this.#memoryMb ? this.#spares.shift() : undefined;
    this.#refillLater();
    return spare ?? new GuestIsolate(memoryMb, this.#program);
  }

  /** One at a time. */
  #refillLater(): void {
    if (this.#refilling) return;
    this.#refilling = true;
    setTimeout(() => {
      this.#refilling = false;
      if (this.#spares.length >= KEPT) return;
      const spare = new GuestIsolate(this.#memoryMb, this.#program);
      this.#spares.push(spare);
      spare.open().then(
        () => this.#refillLater(),
        () => this.#discard(spare),
      );
    }, REFILL_AFTER_MS);
  }

  #discard(spare: GuestIsolate): void {
    const index = this.#spares.indexOf(spare);
    if (index >= 0) this.#spares.splice(index, 1);
  }
}
