/** Apps whose entries take less than this on average may use the light lane (spec sandbox-security §4). */
const LIGHT_MS = 5;
/** An entry that took longer ends an app's right to run inline. */
const QUICK_MS = 2;
/** Quick entries in a row that earn it. */
const QUICK_IN_A_ROW = 25;
/** What an app that overstayed inline has to make up for. */
const OVERSTAY_PENALTY = 5000;
/** What a new app is taken for. */
const FIRST_AVERAGE_MS = 1;
const AVERAGE_WEIGHT = 0.2;
/** Recent CPU falls by a tenth each 100 ms. */
const DECAY = 0.9;
const FORGET_BELOW_MS = 0.01;

/** What an app has cost lately; outlives its isolates, so that reloading buys nobody a fresh start. */
export class Usage {
  recentMs = 0;
  #averageMs = FIRST_AVERAGE_MS;
  #quickInARow = 0;

  charge(cpuMs: number): void {
    this.recentMs += cpuMs;
    this.#averageMs += AVERAGE_WEIGHT * (cpuMs - this.#averageMs);
    if (cpuMs < QUICK_MS) this.#quickInARow++;
    else this.#quickInARow = Math.min(this.#quickInARow, 0);
  }

  get isLight(): boolean {
    return this.#averageMs < LIGHT_MS;
  }

  /** Whether the app has been so quick for so long that it may run without a thread of its own. */
  get mayRunInline(): boolean {
    return this.#quickInARow >= QUICK_IN_A_ROW;
  }

  overstayed(): void {
    this.#quickInARow = -OVERSTAY_PENALTY;
  }

  /** Call every 100 ms. False when there is nothing left worth remembering. */
  decay(): boolean {
    this.recentMs *= DECAY;
    return this.recentMs >= FORGET_BELOW_MS || !this.isLight || this.#quickInARow !== 0;
  }
}
