import { backoffMs, errorText, sleep } from '@vumi/core';
import { defineWorker, type Worker, type WorkerPorts } from '@vumi/runtime';
import type { Store } from '@vumi/store';
import { z } from 'zod';
import { eraseStep } from './erase-state.ts';

const PAUSE_MS = 1000;
const RETRY_CAP_MS = 10_000;

/**
 * Does what the message store does behind the messages' backs: takes what was written into the counts, and carries out
 * erasures, a step at a time. One process does it.
 */
export const recordKeeper = defineWorker({
  type: 'record_keeper',
  summary: 'Counts what was stored, and erases what people want forgotten',
  configSchema: z.strictObject({}),
  placement: 'one',
  needs: ['store'],
  ends: () => ({}),
  start: async (_options, { store, state, logger }) => {
    if (store === null) throw new TypeError('started without a store');
    return new RecordKeeper(store, state, logger);
  },
});

class RecordKeeper implements Worker {
  readonly #store: Store;
  readonly #state: WorkerPorts['state'];
  readonly #logger: WorkerPorts['logger'];
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #trouble: string | null = null;

  constructor(store: Store, state: WorkerPorts['state'], logger: WorkerPorts['logger']) {
    this.#store = store;
    this.#state = state;
    this.#logger = logger;
    this.#running = this.#keep();
  }

  status(): ReturnType<Worker['status']> {
    if (this.#trouble !== null) return { status: 'degraded', message: this.#trouble };
    return { status: 'ok', message: 'counts what is stored' };
  }

  gauges(): Readonly<Record<string, number>> {
    return {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      let pause = PAUSE_MS;
      try {
        const isIdle = [await this.#store.counts.fold(), await eraseStep(this.#store, this.#state)];
        if (isIdle.includes(false)) pause = 0;
        failures = 0;
        this.#trouble = null;
      } catch (error) {
        this.#trouble = `cannot keep the records: ${errorText(error)}`;
        this.#logger.warn({ reason: errorText(error) }, 'cannot keep the records, trying again');
        pause = backoffMs(failures++, PAUSE_MS, RETRY_CAP_MS);
      }
      await sleep(pause, signal).catch(() => {});
    }
  }
}
