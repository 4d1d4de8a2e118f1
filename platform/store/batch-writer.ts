import { backoffMs, sleep, VumiError, type Logger } from '@vumi/core';
import { storeMeasures } from '@vumi/measures';

export interface BatchWriterOptions<T> {
  readonly logger: Logger;
  /** What the rows are, for measures: `messages`. */
  readonly rows: string;
  /** Writes rows in one step or none of them. `store.unavailable` means that the same may work later. */
  write(rows: readonly T[]): Promise<void>;
  /** Rows in one step at most. */
  readonly maxRows?: number;
  /** Steps start so far apart on average, so that under load a step has many rows. */
  readonly gapMs?: number;
  /** Steps of fewer rows count as so much less: who waits for each row before he sends the next has nothing to share. */
  readonly fullRows?: number;
  /** Steps that may start at once after a pause, so that a few rows do not wait. */
  readonly burst?: number;
  /** Steps at once. */
  readonly maxFlights?: number;
  /** Rows that may wait before more are refused: a guard for callers who do not limit themselves. */
  readonly maxWaiting?: number;
}

interface Waiting<T> {
  readonly row: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const DEFAULTS = { maxRows: 500, gapMs: 20, fullRows: 1, burst: 8, maxFlights: 2, maxWaiting: 100_000 };
const RETRY_BASE_MS = 50;
const RETRY_CAP_MS = 2_000;
/** How long disposal waits for a database that does not answer. */
const LAST_TRIES_MS = 5_000;

/** Writes rows of many callers together. */
export class BatchWriter<T> implements AsyncDisposable {
  readonly #options: BatchWriterOptions<T> & typeof DEFAULTS;
  readonly #giveUp = new AbortController();
  #waiting: Waiting<T>[] = [];
  #flights = 0;
  /** Steps that may start now; grows by one per gap. */
  #credit = 0;
  #creditedAt = 0;
  #scheduled = false;
  #closed = false;
  #idle: (() => void) | null = null;

  constructor(options: BatchWriterOptions<T>) {
    this.#options = { ...DEFAULTS, ...options };
  }

  /** Resolves when the row is written; rejects when the database refuses this row. */
  add(row: T): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed || this.#waiting.length >= this.#options.maxWaiting) {
        return reject(
          new VumiError('store.unavailable', 'the store takes no more rows now: try again later'),
        );
      }
      const length = this.#waiting.push({ row, resolve, reject });
      storeMeasures.batchWaiting.add(1, this.#options.rows);
      if (length >= this.#options.maxRows) this.#launch();
      else this.#schedule();
    });
  }

  /** Writes what waits. After a while without a database what is left is refused. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const timer = setTimeout(() => this.#giveUp.abort(), LAST_TRIES_MS);
    if (this.#flights > 0 || this.#waiting.length > 0) {
      await new Promise<void>((resolve) => (this.#idle = resolve));
    }
    clearTimeout(timer);
  }

  #schedule(): void {
    if (this.#scheduled || this.#flights >= this.#options.maxFlights) return;
    this.#scheduled = true;
    const run = (): void => {
      this.#scheduled = false;
      this.#launch();
    };
    const delay = this.#untilCredit();
    if (delay < 1) setImmediate(run);
    else setTimeout(run, delay);
  }

  /** Milliseconds until a step may start. */
  #untilCredit(): number {
    const { gapMs, burst } = this.#options;
    const now = performance.now();
    this.#credit = Math.min(burst, this.#credit + (now - this.#creditedAt) / gapMs);
    this.#creditedAt = now;
    const needed = Math.min(1, this.#waiting.length / this.#options.fullRows);
    return Math.max(0, needed - this.#credit) * gapMs;
  }

  #launch(): void {
    while (this.#waiting.length > 0 && this.#flights < this.#options.maxFlights) {
      const batch = this.#waiting.splice(0, this.#options.maxRows);
      this.#credit -= Math.min(1, batch.length / this.#options.fullRows);
      this.#flights += 1;
      void this.#fly(batch);
    }
  }

  async #fly(batch: readonly Waiting<T>[]): Promise<void> {
    await this.#deliver(batch);
    storeMeasures.batchWaiting.add(-batch.length, this.#options.rows);
    this.#flights -= 1;
    if (this.#waiting.length >= this.#options.maxRows) this.#launch();
    else if (this.#waiting.length > 0) this.#schedule();
    else if (this.#flights === 0) this.#idle?.();
  }

  async #deliver(batch: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.#writeUntilAnswered(batch.map(({ row }) => row));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1 || isPassing(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      // One bad row must not keep the others out: narrow it down.
      const half = Math.ceil(batch.length / 2);
      await this.#deliver(batch.slice(0, half));
      await this.#deliver(batch.slice(half));
    }
  }

  async #writeUntilAnswered(rows: readonly T[]): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const startedAt = performance.now();
      try {
        await this.#options.write(rows);
        storeMeasures.batchRows.observe(rows.length, this.#options.rows);
        storeMeasures.batchSeconds.since(startedAt, this.#options.rows);
        return;
      } catch (error) {
        if (!isPassing(error) || this.#giveUp.signal.aborted) throw error;
        this.#options.logger.warn(
          { attempt, rows: rows.length },
          'the database does not take rows, trying again',
        );
        const pause = backoffMs(attempt, RETRY_BASE_MS, RETRY_CAP_MS);
        await sleep(pause, this.#giveUp.signal).catch(() => {});
      }
    }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof VumiError && error.code === 'store.unavailable';
}
