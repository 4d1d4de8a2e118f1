import { lines } from './question.ts';

/** What a message of a conversation says before its next question, or its end. */
export class Saying {
  readonly #mayBeAlone: boolean;
  #joined: string[] = [];
  /** Texts that go out as messages of their own, before all else. */
  #alone: string[] = [];

  /** `mayBeAlone`: the network takes more than one answer to a message. */
  constructor(mayBeAlone: boolean) {
    this.#mayBeAlone = mayBeAlone;
  }

  say(text: string, isAlone = false): void {
    this.#joined.push(text);
    if (!isAlone || !this.#mayBeAlone) return;
    // What was said before it does not come after it.
    const before = lines(...this.#joined.slice(0, -1));
    this.#alone.push(...(before === '' ? [] : [before]), text);
    this.#joined = [];
  }

  get alone(): readonly string[] {
    return this.#alone;
  }

  /** What stands before the question, in one message with it. */
  get lead(): string {
    return lines(...this.#joined);
  }

  clear(): void {
    this.#joined = [];
    this.#alone = [];
  }
}
