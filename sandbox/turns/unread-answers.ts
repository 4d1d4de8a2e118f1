/** Characters of answers that an app may leave unread before it gets more; less are not counted (frames.ts). */
const MOST_OF_APP = 256 * 1024;
/** The same of all apps together. */
const MOST = 32 * 1024 * 1024;

/**
 * Answers on their way to runners that their apps have not taken yet. Whoever is slow to take them gets no more: they
 * would lie in the memory of this process.
 */
export class UnreadAnswers {
  readonly #byApp = new Map<string, number>();
  #total = 0;
  #waiting: (() => void)[] = [];

  sent(app: string, characters: number): void {
    this.#byApp.set(app, (this.#byApp.get(app) ?? 0) + characters);
    this.#total += characters;
  }

  /** They have been taken, or nobody will take them any more. */
  gone(app: string, characters: number): void {
    if (characters === 0) return;
    const left = (this.#byApp.get(app) ?? 0) - characters;
    if (left > 0) this.#byApp.set(app, left);
    else this.#byApp.delete(app);
    this.#total -= characters;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves when the app may be answered something. */
  async room(app: string): Promise<void> {
    while ((this.#byApp.get(app) ?? 0) >= MOST_OF_APP || this.#total >= MOST)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
