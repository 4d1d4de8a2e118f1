/**
 * A map of the newest entries: beyond `most` the oldest one is forgotten. Asking a `Map` for its first key walks over
 * all that was deleted before it, thousands of steps in a map that turns over; this remembers where it was.
 */
export class RecentMap<K, V> {
  readonly #most: number;
  readonly #entries = new Map<K, V>();
  #oldest = this.#entries.keys();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  /** The entry is the newest now, also when it was there before. */
  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#most) this.#forgetOldest();
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  /** Oldest first. */
  values(): IterableIterator<V> {
    return this.#entries.values();
  }

  #forgetOldest(): void {
    let next = this.#oldest.next();
    if (next.done === true) {
      this.#oldest = this.#entries.keys();
      next = this.#oldest.next();
    }
    if (next.done !== true) this.#entries.delete(next.value);
  }
}
