import { backoffMs, VumiError, type Logger } from '@vumi/core';
import { sandboxMeasures } from '@vumi/measures';
import type { AppKind } from '../app-kind.ts';
import type { RunnerClass } from './runner-class.ts';
import { spawnRunner, type RunnerListener, type RunnerProcess } from './runner-process.ts';
import type { RunnerKeeper, RunnerWatch } from './runner-watch.ts';

const RESTART_BASE_MS = 50;
const RESTART_CAP_MS = 5000;
/** A runner that lived longer did not die of starting. */
const STEADY_MS = 10_000;

export interface PoolOptions {
  readonly runners: number;
  readonly runnerClass: RunnerClass;
  readonly watch: RunnerWatch;
  /** A runner that is older is replaced by a fresh one. */
  readonly maxAgeMs: number;
  readonly logger: Logger;
}

/** An app that needs a runner. */
export interface Newcomer {
  /** What a runner has to do already; infinite when it cannot take this one at the moment. */
  load(runner: RunnerProcess): number;
  /** That one is it. Called at once, so that the next newcomer sees it. */
  chosen(runner: RunnerProcess): void;
}

interface Waiter {
  readonly newcomer: Newcomer;
  resolve(runner: RunnerProcess): void;
  reject(error: Error): void;
}

/** Runners of one class at work and one that waits warm. A runner that dies or misbehaves is replaced. */
export class RunnerPool implements RunnerKeeper, AsyncDisposable {
  readonly #options: PoolOptions;
  readonly #listener: RunnerListener;
  readonly #active = new Set<RunnerProcess>();
  readonly #doomed = new Set<RunnerProcess>();
  readonly #starting = new Set<RunnerProcess>();
  readonly #waiters: Waiter[] = [];
  #standby: RunnerProcess | null = null;
  #failedStarts = 0;
  #closed = false;

  constructor(options: PoolOptions, listener: RunnerListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Starts the runners and resolves when all are at work; the standby follows by itself. */
  async start(): Promise<void> {
    try {
      await Promise.all(Array.from({ length: this.#options.runners }, () => this.#startOne()));
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
    this.#options.watch.tickFor(this);
    this.#replenish();
  }

  get kind(): AppKind {
    return this.#options.runnerClass.kind;
  }

  get active(): readonly RunnerProcess[] {
    return [...this.#active];
  }

  get standby(): RunnerProcess | null {
    return this.#standby;
  }

  /** The runner that has least to do; waits, in the order of these calls, while none can take one more. */
  pick(newcomer: Newcomer): Promise<RunnerProcess> {
    if (this.#closed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#waiters.push({ newcomer, resolve, reject });
      this.serve();
    });
  }

  /** Looks for runners for those who wait. Call when one may have become free. */
  serve(): void {
    const waiting = this.#waiters.splice(0);
    for (const waiter of waiting) {
      const runner = this.#bestFor(waiter.newcomer);
      if (runner === null) {
        this.#waiters.push(waiter);
        continue;
      }
      waiter.newcomer.chosen(runner);
      waiter.resolve(runner);
    }
  }

  onDoomed(runner: RunnerProcess): void {
    if (runner === this.#standby) this.#standby = null;
    else if (!this.#active.delete(runner)) return;
    this.#doomed.add(runner);
    this.#replenish();
  }

  /**
   * Replaces what is too old, one runner after the other and only when the next one is ready: nobody waits for it.
   * The standby is replaced first, so that what takes an old one's place is young.
   */
  onTick(): void {
    const { watch, maxAgeMs } = this.#options;
    const standby = this.#standby;
    if (this.#closed || standby === null || this.#doomed.size > 0) return;
    const tooOld = [standby, ...this.#active].find(({ ageMs }) => ageMs > maxAgeMs);
    if (tooOld !== undefined) watch.retire(tooOld, 'it is old');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(closed());
    const all = [...this.#active, ...this.#doomed, ...this.#starting];
    if (this.#standby !== null) all.push(this.#standby);
    await Promise.all(all.map((runner) => runner.end()));
  }

  async #startOne(): Promise<void> {
    const { runnerClass, watch } = this.#options;
    const runner = spawnRunner(runnerClass, {
      onFrame: (from, frame) => {
        if (!watch.onFrame(from, frame)) this.#listener.onFrame(from, frame);
      },
      onExit: (from, how) => this.#onExit(from, how),
    });
    this.#starting.add(runner);
    await runner.up();
    runner.letGo();
    this.#starting.delete(runner);
    this.#failedStarts = 0;
    watch.add(runner, this);
    if (this.#active.size < this.#options.runners) this.#employ(runner);
    else this.#standby = runner;
  }

  #bestFor(newcomer: Newcomer): RunnerProcess | null {
    let best: RunnerProcess | null = null;
    let least = Infinity;
    for (const runner of this.#active) {
      const has = newcomer.load(runner);
      if (has < least) [best, least] = [runner, has];
    }
    return best;
  }

  #employ(runner: RunnerProcess): void {
    this.#active.add(runner);
    this.serve();
  }

  /** Puts the standby to work where one is missing, and starts what is missing then. */
  #replenish(): void {
    if (this.#closed) return;
    if (this.#active.size < this.#options.runners && this.#standby !== null) {
      this.#employ(this.#standby);
      this.#standby = null;
    }
    const wanted = this.#options.runners + 1 - this.#active.size - (this.#standby === null ? 0 : 1);
    for (let missing = wanted - this.#starting.size; missing > 0; missing--) {
      this.#startOne().catch((error: unknown) => this.#retryLater(error));
    }
  }

  #retryLater(error: unknown): void {
    if (this.#closed) return;
    this.#options.logger.error({ error }, 'runner does not start');
    const waitMs = backoffMs(this.#failedStarts++, RESTART_BASE_MS, RESTART_CAP_MS);
    setTimeout(() => this.#replenish(), waitMs).unref();
  }

  #onExit(runner: RunnerProcess, how: string): void {
    sandboxMeasures.runnerEnds.add(1, this.#closed || this.#doomed.has(runner) ? 'orderly' : 'lost');
    const wasKnown = this.#active.delete(runner) || this.#doomed.delete(runner) || this.#standby === runner;
    this.#starting.delete(runner);
    if (this.#standby === runner) this.#standby = null;
    this.#options.watch.onExit(runner);
    if (!this.#closed) this.#options.logger.warn({ runner: runner.pid, how }, 'runner has ended');
    if (!wasKnown || this.#closed) return;
    this.#listener.onExit(runner, how);
    if (runner.ageMs > STEADY_MS) this.#replenish();
    else setTimeout(() => this.#replenish(), this.#standby === null ? RESTART_BASE_MS : 0);
  }
}

function closed(): VumiError {
  return new VumiError('runner.lost', 'the sandbox is closing');
}
