import {
  Fifo,
  mostAtOnce,
  VumiError,
  type ConsumeOptions,
  type Delivery,
  type Flow,
  type Handler,
  type Subscription,
} from '@vumi/core';
import { InProgress } from './in-progress.ts';

const DEFAULT_MAX_WAITING = 1_000;
/** Nobody but the publisher tries again, and that is a new publish. */
const FIRST_DELIVERY: Delivery = { redelivered: false, attempt: 1 };

interface Call<M> {
  readonly message: M;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export interface DirectFlowOptions {
  /** Publishes that may wait for the consumer before further ones are refused. Default 1,000. */
  readonly maxWaiting?: number;
}

/** A flow that is a call: `publish` settles as the handler of the one consumer does. */
class DirectFlow<M> implements Flow<M> {
  readonly #maxWaiting: number;
  readonly #waiting = new Fifo<Call<M>>();
  #consumer: DirectConsumer<M> | null = null;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  publish(message: M): Promise<void> {
    if (this.#waiting.length >= this.#maxWaiting) {
      return Promise.reject(
        new VumiError(
          'broker.unavailable',
          `${this.#waiting.length} messages wait for a consumer that is paused, busy or not there; try again later`,
        ),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, resolve, reject });
      this.#deliver();
    });
  }

  consume(handler: Handler<M>, options: ConsumeOptions): Promise<Subscription> {
    if (this.#consumer !== null) {
      return Promise.reject(
        new VumiError('internal', 'a direct flow has one consumer; dispose of the other one first'),
      );
    }
    const consumer = new DirectConsumer(handler, mostAtOnce(options), () => this.#deliver());
    this.#consumer = consumer;
    this.#deliver();
    return Promise.resolve({
      pause: () => consumer.pause(),
      resume: () => consumer.resume(),
      [Symbol.asyncDispose]: async () => {
        await consumer.stop();
        if (this.#consumer === consumer) this.#consumer = null;
      },
    });
  }

  #deliver(): void {
    while (this.#consumer?.ready === true) {
      const call = this.#waiting.shift();
      if (call === undefined) return;
      this.#consumer.take(call);
    }
  }
}

class DirectConsumer<M> {
  readonly #handler: Handler<M>;
  readonly #most: number;
  readonly #onRoom: () => void;
  readonly #inProgress = new InProgress();
  #busy = 0;
  #paused = false;
  #stopped = false;

  constructor(handler: Handler<M>, most: number, onRoom: () => void) {
    this.#handler = handler;
    this.#most = most;
    this.#onRoom = onRoom;
  }

  get ready(): boolean {
    return !this.#paused && !this.#stopped && this.#busy < this.#most;
  }

  take(call: Call<M>): void {
    this.#busy += 1;
    this.#inProgress.add(this.#run(call));
  }

  pause(): Promise<void> {
    this.#paused = true;
    return this.#inProgress.settledSoFar();
  }

  resume(): Promise<void> {
    this.#paused = false;
    this.#onRoom();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#inProgress.settled();
  }

  async #run({ message, resolve, reject }: Call<M>): Promise<void> {
    try {
      await this.#handler(message, FIRST_DELIVERY);
      resolve();
    } catch (error) {
      reject(error);
    }
    this.#busy -= 1;
    this.#onRoom();
  }
}

/** Makes a flow without a queue, for neighbours in one process. What is published early waits for the consumer. */
export function directFlow<M>({ maxWaiting = DEFAULT_MAX_WAITING }: DirectFlowOptions = {}): Flow<M> {
  return new DirectFlow<M>(maxWaiting);
}
