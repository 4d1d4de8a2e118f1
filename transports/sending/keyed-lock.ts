/** One holder per key at a time, in order of asking. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>();

  /** Resolves with what gives the lock back; call it once. */
  async acquire(key: string): Promise<() => void> {
    const before = this.#tails.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tails.set(key, promise);
    await before;
    return () => {
      if (this.#tails.get(key) === promise) this.#tails.delete(key);
      resolve();
    };
  }
}
