import { backoffMs, errorText, sleep, type Logger } from '@vumi/core';
import type { DeliveryOutcome, WebhookQueue } from '@vumi/store';

const RETRY_BASE_MS = 100;
const RETRY_CAP_MS = 5000;
const AT_ONCE = 500;

interface Waiting {
  readonly outcome: DeliveryOutcome;
  readonly written: () => void;
}

/** Writes what came of attempts, of many at once, for as long as it takes. */
export class Settlements {
  readonly #queue: Pick<WebhookQueue, 'settle'>;
  readonly #signal: AbortSignal;
  readonly #logger: Logger;
  #waiting: Waiting[] = [];
  #writing = false;

  constructor(queue: Pick<WebhookQueue, 'settle'>, signal: AbortSignal, logger: Logger) {
    this.#queue = queue;
    this.#signal = signal;
    this.#logger = logger;
  }

  /** Resolves when it is written, or will not be: then the delivery comes again. */
  add(outcome: DeliveryOutcome): Promise<void> {
    return new Promise((written) => {
      this.#waiting.push({ outcome, written });
      if (!this.#writing) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, AT_ONCE);
      await this.#writeBatch(batch.map(({ outcome }) => outcome));
      for (const { written } of batch) written();
    }
    this.#writing = false;
  }

  async #writeBatch(outcomes: readonly DeliveryOutcome[]): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#queue.settle(outcomes);
      } catch (error) {
        if (this.#signal.aborted) return;
        this.#logger.warn(
          { reason: errorText(error) },
          'outcomes of webhooks could not be written, trying again',
        );
        await sleep(backoffMs(attempt, RETRY_BASE_MS, RETRY_CAP_MS), this.#signal).catch(() => {});
      }
    }
  }
}
