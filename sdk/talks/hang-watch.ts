import { turns, TURNS } from './recorder.ts';

/** So many turns of the queue of microtasks that nothing comes of anything any more. */
const LAST_TURNS = 10_000;
/** Most of what a message brings about happens at once. */
const FIRST_TURNS = 8;

export interface Watched {
  /** False: something that comes from outside is open, or all is over. */
  readonly canHang: () => boolean;
  /** Changes whenever something happens. */
  readonly activity: () => number;
  readonly onHang: () => void;
}

/** Notices when nothing is open that anything could come of. It looks seldom: each turn that it waits costs. */
export class HangWatch {
  readonly #watched: Watched;
  #isAwake = false;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** To be called when something has happened. */
  wake(): void {
    if (!this.#isAwake && this.#watched.canHang()) void this.#watch();
  }

  async #watch(): Promise<void> {
    const { canHang, activity, onHang } = this.#watched;
    this.#isAwake = true;
    let pause = FIRST_TURNS;
    for (let idle = 0, before = -1; canHang(); pause = Math.min(2 * pause, TURNS)) {
      const now = activity();
      if (now !== before) idle = 0;
      before = now;
      if (idle >= LAST_TURNS) {
        onHang();
        break;
      }
      await turns(pause);
      idle += pause;
    }
    this.#isAwake = false;
  }
}
