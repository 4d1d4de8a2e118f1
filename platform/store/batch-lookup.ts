/** A question that waits for its answer. */
interface Waiting<K, V> {
  readonly key: K;
  readonly resolve: (value: V) => void;
  readonly reject: (error: unknown) => void;
}

/** Of one question, more would make a statement too long. */
const MOST = 1000;

/**
 * Asks for many things in one go: what is asked while an answer is under way is asked together afterwards. So a burst of
 * messages costs a few statements, and the answer is never older than the question.
 */
export class BatchLookup<K, V> {
  readonly #ask: (keys: readonly K[]) => Promise<readonly V[]>;
  #waiting: Waiting<K, V>[] = [];
  #running = false;

  /** `ask` answers in the order of the keys. */
  constructor(ask: (keys: readonly K[]) => Promise<readonly V[]>) {
    this.#ask = ask;
  }

  get(key: K): Promise<V> {
    const { promise, resolve, reject } = Promise.withResolvers<V>();
    this.#waiting.push({ key, resolve, reject });
    if (!this.#running) void this.#run();
    return promise;
  }

  async #run(): Promise<void> {
    this.#running = true;
    // Those of the same tick come along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST);
      try {
        const values = await this.#ask(batch.map(({ key }) => key));
        batch.forEach(({ resolve }, index) => resolve(values[index] as V));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = false;
  }
}
