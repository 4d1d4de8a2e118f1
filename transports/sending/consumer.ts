import { errorText, type Logger, type Subscription } from '@vumi/core';

/** The outbound subscription, which rests while nothing can be sent. */
export class Consumer {
  readonly #logger: Logger;
  #subscription: Subscription | undefined;
  #wanted = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Takes over a running subscription and brings it to the state that was asked for last. */
  begin(subscription: Subscription): void {
    this.#subscription = subscription;
    if (!this.#wanted) this.#apply();
  }

  run(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#apply();
  }

  /** Waits for the messages that are being handled. */
  async end(): Promise<void> {
    await this.#subscription?.[Symbol.asyncDispose]();
  }

  /** Not awaited: a pause settles after the handlers in progress, which may wait for the next bind. */
  #apply(): void {
    const done = this.#wanted ? this.#subscription?.resume() : this.#subscription?.pause();
    done?.catch((error: unknown) => {
      this.#logger.warn(
        { reason: errorText(error), wanted: this.#wanted },
        'outbound consumer did not follow',
      );
    });
  }
}
