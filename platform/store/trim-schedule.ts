import { appKey, type AppRef } from '@vumi/core';

/** Says when what is kept of an app is to be cut to its size, without counting rows at each write. */
export class TrimSchedule {
  readonly #untrimmed = new Map<string, number>();
  readonly #every: number;
  readonly #trim: (ref: AppRef) => Promise<void>;

  /** `trim` runs after so many new rows of an app. */
  constructor(every: number, trim: (ref: AppRef) => Promise<void>) {
    this.#every = every;
    this.#trim = trim;
  }

  async appended(rows: readonly AppRef[]): Promise<void> {
    for (const [key, added] of Map.groupBy(rows, appKey)) {
      const untrimmed = (this.#untrimmed.get(key) ?? 0) + added.length;
      const due = untrimmed >= this.#every;
      this.#untrimmed.set(key, due ? 0 : untrimmed);
      if (due && added[0] !== undefined) await this.#trim(added[0]);
    }
  }
}
