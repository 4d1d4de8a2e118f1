import { Fifo } from './fifo.ts';

/** Runs so many tasks at once; the others wait in the order of their coming. */
export class Lane {
  readonly #waiting = new Fifo<() => void>();
  #running = 0;

  get isIdle(): boolean {
    return this.#running === 0;
  }

  async run<T>(most: number, task: () => Promise<T>): Promise<T> {
    if (this.#running >= most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await task();
    } finally {
      // Hands its place on, or gives it up.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

/** A lane for each of many, as long as somebody is in it. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  async run<T>(key: string, most: number, task: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(key) ?? new Lane();
    this.#lanes.set(key, lane);
    try {
      return await lane.run(most, task);
    } finally {
      if (lane.isIdle) this.#lanes.delete(key);
    }
  }
}
