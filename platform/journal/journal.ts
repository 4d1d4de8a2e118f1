import { Worker } from 'node:worker_threads';
import { VumiError, type ErrorCode, type Logger } from '@vumi/core';
import { CLOSE, type JournalData, type JournalNotice } from './journal-thread.ts';

/** More than one, so that the thread has work while the replies of the batch before are on their way. */
const BATCHES_IN_FLIGHT = 2;

export interface JournalConfig {
  readonly file: string;
  /** The module that calls `serveJournal`. */
  readonly thread: URL;
  /** The error of requests that could not be written. */
  readonly unavailable: ErrorCode;
  readonly logger: Logger;
}

interface Waiting<Reply> {
  readonly done: (reply: Reply) => void;
  readonly failed: (error: VumiError) => void;
}

/**
 * A SQLite file behind a worker thread. Requests of one tick are one batch; a batch is one transaction, so that both
 * the fsync and the crossing to the thread are shared, and requests made in one tick take effect together or not at all.
 */
export class Journal<Request, Reply> implements AsyncDisposable {
  readonly #thread: Worker;
  readonly #config: JournalConfig;
  readonly #exited: Promise<void>;
  readonly #inFlight: Waiting<Reply>[][] = [];
  #requests: Request[] = [];
  #waiting: Waiting<Reply>[] = [];
  #scheduled = false;
  #ended: VumiError | null = null;
  #idle: (() => void) | null = null;

  constructor(thread: Worker, config: JournalConfig) {
    this.#thread = thread;
    this.#config = config;
    thread.on('message', (notice: JournalNotice) => this.#onNotice(notice));
    thread.on('error', (error) => this.#end(`the journal's thread failed: ${error.message}`));
    this.#exited = new Promise((resolve) => {
      thread.once('exit', () => {
        this.#end(`the journal ${config.file} is closed`);
        resolve();
      });
    });
  }

  /** Adds a request to the batch of this tick. Exactly one of the callbacks is called, after the commit. */
  submit(request: Request, done: (reply: Reply) => void, failed: (error: VumiError) => void): void {
    if (this.#ended !== null) {
      failed(this.#ended);
      return;
    }
    this.#requests.push(request);
    this.#waiting.push({ done, failed });
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  /** Like `submit`, with a promise. */
  call(request: Request): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.submit(request, resolve, reject);
    });
  }

  /** Carries out what was submitted, then closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended === null && !this.#isIdle()) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    this.#post(CLOSE);
    await this.#exited;
  }

  #post(message: readonly Request[] | typeof CLOSE): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#thread.postMessage(message);
  }

  #isIdle(): boolean {
    return this.#requests.length === 0 && this.#inFlight.length === 0;
  }

  #flush(): void {
    if (this.#requests.length === 0 || this.#inFlight.length >= BATCHES_IN_FLIGHT) {
      this.#scheduled = this.#requests.length > 0;
      return;
    }
    this.#post(this.#requests);
    this.#inFlight.push(this.#waiting);
    this.#requests = [];
    this.#waiting = [];
    this.#scheduled = false;
  }

  #onNotice(notice: JournalNotice): void {
    if (notice.kind !== 'replies' && notice.kind !== 'failed') return;
    const batch = this.#inFlight.shift() ?? [];
    if (notice.kind === 'replies') {
      for (const [index, { done }] of batch.entries()) done(notice.replies[index] as Reply);
    } else {
      this.#config.logger.error({ file: this.#config.file, reason: notice.text }, 'journal not written');
      this.#fail(batch, new VumiError(this.#config.unavailable, `cannot write the journal: ${notice.text}`));
    }
    if (this.#scheduled) this.#flush();
    if (this.#isIdle()) this.#idle?.();
  }

  #end(text: string): void {
    if (this.#ended !== null) return;
    this.#ended = new VumiError(this.#config.unavailable, text);
    for (const batch of this.#inFlight.splice(0)) this.#fail(batch, this.#ended);
    this.#fail(this.#waiting.splice(0), this.#ended);
    this.#requests = [];
    this.#idle?.();
  }

  #fail(batch: readonly Waiting<Reply>[], error: VumiError): void {
    for (const { failed } of batch) failed(error);
  }
}

/** Starts the thread and waits until it owns the file. */
export async function openJournal<Request, Reply>(config: JournalConfig): Promise<Journal<Request, Reply>> {
  const thread = new Worker(config.thread, { workerData: { file: config.file } satisfies JournalData });
  await new Promise<void>((resolve, reject) => {
    thread.once('error', reject);
    thread.once('message', (notice: JournalNotice) => {
      thread.off('error', reject);
      if (notice.kind === 'refused') reject(new VumiError(notice.code, notice.text));
      else resolve();
    });
  });
  return new Journal(thread, config);
}
