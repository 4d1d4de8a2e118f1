import { VumiError } from '@vumi/core';

export interface FairPlacesOptions {
  readonly places: number;
  /** Who has waited so long is turned away. */
  readonly waitMs: number;
  /** Of one account; the next one is turned away at once. */
  readonly maxWaiting: number;
}

interface Waiter {
  resolve(place: Disposable): void;
  readonly timer: NodeJS.Timeout;
}

/**
 * A few places for work that takes long. One account never has them all where there are two or more; a place that gets
 * free goes to the account that has the fewest, and of those to the one that was served the longest ago.
 */
export class FairPlaces {
  readonly #options: FairPlacesOptions;
  readonly #most: number;
  /** Places taken, by account. */
  readonly #taken = new Map<string, number>();
  /** By account; who was served the longest ago first. */
  readonly #waiting = new Map<string, Waiter[]>();
  #free: number;

  constructor(options: FairPlacesOptions) {
    this.#options = options;
    this.#free = options.places;
    this.#most = Math.max(1, options.places - 1);
  }

  /** Waits for a place, which the caller gives back by disposing of it. Throws `trial.busy`. */
  take(account: string): Promise<Disposable> {
    const waiting = this.#waiting.get(account) ?? [];
    if (waiting.length >= this.#options.maxWaiting) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#remove(account, waiter);
        reject(busy());
      }, this.#options.waitMs);
      const waiter: Waiter = { resolve, timer };
      waiting.push(waiter);
      this.#waiting.set(account, waiting);
      this.#serve();
    });
  }

  #serve(): void {
    for (let account = this.#next(); account !== null; account = this.#next()) {
      const waiter = this.#waiting.get(account)?.[0];
      if (waiter === undefined) return;
      this.#remove(account, waiter);
      this.#free--;
      this.#taken.set(account, this.#takenBy(account) + 1);
      waiter.resolve(this.#placeOf(account));
    }
  }

  /** Who gets a place now; null when there is none, or nobody who may have it. */
  #next(): string | null {
    if (this.#free === 0) return null;
    let best: string | null = null;
    for (const account of this.#waiting.keys()) {
      if (this.#takenBy(account) >= this.#most) continue;
      if (best === null || this.#takenBy(account) < this.#takenBy(best)) best = account;
    }
    return best;
  }

  #placeOf(account: string): Disposable {
    let isTaken = true;
    return {
      [Symbol.dispose]: () => {
        if (!isTaken) return;
        isTaken = false;
        this.#free++;
        const left = this.#takenBy(account) - 1;
        if (left === 0) this.#taken.delete(account);
        else this.#taken.set(account, left);
        this.#serve();
      },
    };
  }

  #takenBy(account: string): number {
    return this.#taken.get(account) ?? 0;
  }

  /** The account goes to the end of the line with those of it that still wait. */
  #remove(account: string, waiter: Waiter): void {
    clearTimeout(waiter.timer);
    const left = this.#waiting.get(account)?.filter((other) => other !== waiter) ?? [];
    this.#waiting.delete(account);
    if (left.length > 0) this.#waiting.set(account, left);
  }
}

function busy(): VumiError {
  return new VumiError('trial.busy', 'too many apps are being tried at this moment: try again in a minute');
}
