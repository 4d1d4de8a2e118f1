import { mostAtOnce, type FailureMessage, type Subscription } from '@vumi/core';
import { attemptDelivery, type Attempts, type Outcome } from '../attempts.ts';
import { InProgress } from '../in-progress.ts';
import type { EmbeddedQueue, QueueConsumer, QueuedMessage } from './embedded-queue.ts';

/** How a consumer records what became of a message. */
export interface Settlements {
  /** Not awaited: a deletion that a kill undoes is a redelivery. */
  remove(id: number): void;
  recordAttempts(id: number, attempts: number): void;
  /** Moves a message to the failures in one step; rejects when that could not be written. */
  fail(id: number, failuresKey: string, failure: FailureMessage): Promise<void>;
}

/** One consumer of an embedded queue. */
export class EmbeddedConsumer implements Subscription, QueueConsumer {
  readonly exclusive: boolean;
  readonly #queue: EmbeddedQueue;
  readonly #attempts: Attempts;
  readonly #stop: AbortController;
  readonly #settlements: Settlements;
  readonly #inProgress = new InProgress();
  readonly #most: number;
  #busy = 0;
  #paused = false;

  constructor(queue: EmbeddedQueue, attempts: Omit<Attempts, 'signal'>, settlements: Settlements) {
    this.#stop = new AbortController();
    this.#queue = queue;
    this.#attempts = { ...attempts, signal: this.#stop.signal };
    this.#settlements = settlements;
    this.#most = mostAtOnce(attempts.options);
    this.exclusive = attempts.options.exclusive ?? false;
  }

  get ready(): boolean {
    return !this.resting && this.#busy < this.#most;
  }

  get resting(): boolean {
    return this.#paused || this.#stop.signal.aborted;
  }

  take(message: QueuedMessage): void {
    this.#busy += 1;
    this.#inProgress.add(this.#run(message));
  }

  pause(): Promise<void> {
    this.#paused = true;
    return this.#inProgress.settledSoFar();
  }

  resume(): Promise<void> {
    this.#paused = false;
    this.#queue.deliver();
    return Promise.resolve();
  }

  /** An exclusive consumer keeps its turn until its last handler is through, so that no other starts beside it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#inProgress.settled();
    this.#queue.remove(this);
  }

  async #run(message: QueuedMessage): Promise<void> {
    const { redelivered, attempts, headers } = message;
    const delivery = { redelivered, attempt: attempts + 1, headers };
    await this.#settle(message, await attemptDelivery(message.body, delivery, this.#attempts));
    this.#busy -= 1;
    this.#queue.deliver();
  }

  async #settle(message: QueuedMessage, outcome: Outcome): Promise<void> {
    switch (outcome.kind) {
      case 'done':
        return this.#settlements.remove(message.id);
      case 'requeue':
        return this.#giveBack(message, outcome.tried);
      case 'failed':
        try {
          await this.#settlements.fail(message.id, this.#attempts.options.failuresKey, outcome.failure);
        } catch {
          this.#giveBack(message, false);
        }
    }
  }

  #giveBack(message: QueuedMessage, tried: boolean): void {
    const attempts = message.attempts + (tried ? 1 : 0);
    if (tried) this.#settlements.recordAttempts(message.id, attempts);
    this.#queue.giveBack({ ...message, attempts });
  }
}
