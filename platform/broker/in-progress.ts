/** Work that a pause or a disposal waits for. */
export class InProgress {
  readonly #work = new Set<Promise<unknown>>();

  get size(): number {
    return this.#work.size;
  }

  /** `work` must not reject. */
  add(work: Promise<void>): void {
    this.#work.add(work);
    void work.then(() => this.#work.delete(work));
  }

  /** What is under way now, whatever comes meanwhile. */
  async settledSoFar(): Promise<void> {
    await Promise.all(this.#work);
  }

  async settled(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }
}
