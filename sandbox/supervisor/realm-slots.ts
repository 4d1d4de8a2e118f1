/** A realm of a classic app with the toolkit in it takes about 1 MB, and its app what it likes. */
const MEGABYTES_PER_REALM = 4;

interface Bounded {
  readonly key: string;
  readonly kind: string;
  readonly limits: { readonly memory_mb: number };
}

interface Lane {
  taken: number;
  readonly waiting: (() => void)[];
}

/**
 * Classic apps have a realm for each message that is under way, all in one isolate: so many at once that its memory
 * lasts, the others in the order of their coming. Apps of the SDK have one realm and need no slot.
 */
export class RealmSlots {
  readonly #lanes = new Map<string, Lane>();

  async run<T>(app: Bounded, task: () => Promise<T>): Promise<T> {
    if (app.kind !== 'classic') return task();
    const most = Math.max(1, Math.floor(app.limits.memory_mb / MEGABYTES_PER_REALM));
    const lane = this.#lanes.get(app.key) ?? { taken: 0, waiting: [] };
    this.#lanes.set(app.key, lane);
    if (lane.taken >= most) await new Promise<void>((resolve) => lane.waiting.push(resolve));
    else lane.taken++;
    try {
      return await task();
    } finally {
      this.#free(app.key, lane);
    }
  }

  /** Hands the slot on, or gives it up. */
  #free(key: string, lane: Lane): void {
    const next = lane.waiting.shift();
    if (next !== undefined) return next();
    if (--lane.taken === 0) this.#lanes.delete(key);
  }
}
