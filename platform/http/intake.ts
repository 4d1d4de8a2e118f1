import { Fifo } from '@vumi/core';

export interface IntakeOptions {
  readonly take: (text: string) => Promise<void> | void;
  /** Who brings the texts is to wait, and to go on. */
  readonly source: { pause(): void; resume(): void };
  /** `take` rejected; nothing more is taken. */
  readonly onFailed: (error: unknown) => void;
}

/** So few that they fit into memory, however long each is. */
const MOST_WAITING = 16;

/** Takes texts one after the other. While too many wait, nothing more is read from the network. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #waiting = new Fifo<string>();
  #work: Promise<void> | null = null;
  #isOver = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#work !== null;
  }

  put(text: string): void {
    if (this.#isOver) return;
    this.#waiting.push(text);
    if (this.#waiting.length >= MOST_WAITING) this.#options.source.pause();
    this.#work ??= this.#run();
  }

  /** Takes nothing more; what waits is dropped. */
  stop(): void {
    this.#isOver = true;
  }

  /** Resolves when nothing is being taken. */
  async drained(): Promise<void> {
    await this.#work;
  }

  async #run(): Promise<void> {
    const { take, source, onFailed } = this.#options;
    try {
      for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift()) {
        await take(text);
        if (this.#isOver) return;
        if (this.#waiting.length === 0) source.resume();
      }
    } catch (error) {
      this.stop();
      onFailed(error);
    } finally {
      this.#work = null;
    }
  }
}
