import { Fifo } from '@vumi/core';

/** Publishes what a PDU led to; null when that is nothing yet, because the PDU is a part of something. */
export type Job = (() => Promise<void>) | null;

interface Entry {
  /** Undefined while it is being prepared. */
  job: Job | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Begins jobs in the order in which PDUs came, many at once, though preparing some takes longer. */
export class PublishQueue {
  readonly #beforeJobs: () => void;
  readonly #entries = new Fifo<Entry>();
  #scheduled = false;

  /** `beforeJobs` runs once per tick: what was noted about the PDUs must be safe before they are published. */
  constructor(beforeJobs: () => void) {
    this.#beforeJobs = beforeJobs;
  }

  /** Resolves when the job is done, or at once when there is none. */
  add(job: Job | Promise<Job>): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry: Entry = { job: undefined, resolve, reject };
      this.#entries.push(entry);
      const ready = (prepared: Job): void => {
        entry.job = prepared;
        this.#schedule();
      };
      if (!(job instanceof Promise)) return ready(job);
      job.then(ready, (error: unknown) => ready(() => Promise.reject(error)));
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After all PDUs of this chunk, so that they share what comes before.
    queueMicrotask(() => this.#run());
  }

  #run(): void {
    this.#scheduled = false;
    let refusal: { readonly error: unknown } | undefined;
    try {
      this.#beforeJobs();
    } catch (error) {
      refusal = { error };
    }
    for (let head = this.#entries.peek(); head?.job !== undefined; head = this.#entries.peek()) {
      this.#entries.shift();
      if (refusal !== undefined) head.reject(refusal.error);
      else if (head.job === null) head.resolve();
      else head.job().then(head.resolve, head.reject);
    }
  }
}
