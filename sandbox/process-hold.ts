/** The longest time that a timer takes. */
const LONG_MS = 2 ** 31 - 1;

/**
 * Keeps the process from ending while something is awaited of runners, which by themselves do not: a test that fails
 * and closes nothing ends, and says why.
 */
export class ProcessHold {
  #awaited = 0;
  #timer: NodeJS.Timeout | null = null;

  async during<T>(work: Promise<T>): Promise<T> {
    this.#awaited += 1;
    this.#timer ??= setInterval(() => {}, LONG_MS);
    this.#timer.ref();
    try {
      return await work;
    } finally {
      this.#awaited -= 1;
      if (this.#awaited === 0) this.#timer.unref();
    }
  }
}
