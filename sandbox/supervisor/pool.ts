import type { Logger } from '@vumi/core';
import { backoffMs } from '@vumi/core';
import type { FromRunner } from '../frames.ts';
import type { Confinement } from './confinement.ts';
import { calmGuests } from './guest-priority.ts';
import { spawnRunner, type RunnerListener, type RunnerProcess } from './runner-process.ts';

const PING_EVERY_MS = 100;
/** Pings without a pong until a runner is shot. Counted in ticks, so that a pause of our own kills nobody. */
const SILENT_PINGS = 8;
/** Pings between two looks for new threads. */
const CALM_EVERY = 5;
/** Turns on a poisoned runner get this long to finish. */
const POISON_GRACE_MS = 250;
/** Turns on a runner that has grown too big get this long to finish. */
const RETIRE_GRACE_MS = 5000;
const RESTART_BASE_MS = 50;
const RESTART_CAP_MS = 5000;
/** A runner that lived longer did not die of starting. */
const STEADY_MS = 10_000;

export interface PoolOptions {
  readonly runners: number;
  readonly confinement: Confinement;
  readonly program: string;
  readonly rssSoftMb: number;
  readonly rssHardMb: number;
  readonly logger: Logger;
}

/** Runners at work and one that waits warm. A runner that dies or misbehaves is replaced. */
export class RunnerPool implements AsyncDisposable {
  readonly #options: PoolOptions;
  readonly #listener: RunnerListener;
  readonly #active = new Set<RunnerProcess>();
  readonly #doomed = new Set<RunnerProcess>();
  readonly #starting = new Set<RunnerProcess>();
  readonly #waiters: ((runner: RunnerProcess) => void)[] = [];
  #standby: RunnerProcess | null = null;
  #pings = 0;
  #failedStarts = 0;
  #closed = false;
  #timer: NodeJS.Timeout | null = null;

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
    this.#timer = setInterval(() => this.#ping(), PING_EVERY_MS);
    this.#timer.unref();
    this.#replenish();
  }

  get active(): readonly RunnerProcess[] {
    return [...this.#active];
  }

  get standby(): RunnerProcess | null {
    return this.#standby;
  }

  isUsable(runner: RunnerProcess): boolean {
    return this.#active.has(runner);
  }

  /** The runner for one more app: the one that `load` says has least. */
  async pick(load: (runner: RunnerProcess) => number): Promise<RunnerProcess> {
    let best: RunnerProcess | null = null;
    for (const runner of this.#active) if (best === null || load(runner) < load(best)) best = runner;
    return best ?? (await new Promise((resolve) => this.#waiters.push(resolve)));
  }

  /** Takes a runner out of work; it is killed when its grace is over. */
  doom(runner: RunnerProcess, reason: string, graceMs: number = POISON_GRACE_MS): void {
    if (runner === this.#standby) return runner.kill();
    if (!this.#active.delete(runner)) return;
    this.#options.logger.warn({ runner: runner.pid, reason, graceMs }, 'runner is taken out of work');
    this.#doomed.add(runner);
    this.#replenish();
    setTimeout(() => runner.kill(), graceMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    const all = [...this.#active, ...this.#doomed, ...this.#starting];
    if (this.#standby !== null) all.push(this.#standby);
    await Promise.all(all.map((runner) => runner.end()));
  }

  async #startOne(): Promise<void> {
    const { confinement, program } = this.#options;
    const runner = spawnRunner(confinement, program, {
      onFrame: (from, frame) => this.#onFrame(from, frame),
      onExit: (from, how) => this.#onExit(from, how),
    });
    this.#starting.add(runner);
    await runner.up();
    this.#starting.delete(runner);
    this.#failedStarts = 0;
    if (this.#active.size < this.#options.runners) this.#employ(runner);
    else this.#standby = runner;
  }

  #employ(runner: RunnerProcess): void {
    this.#active.add(runner);
    for (const waiter of this.#waiters.splice(0)) waiter(runner);
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
    setTimeout(
      () => this.#replenish(),
      backoffMs(this.#failedStarts++, RESTART_BASE_MS, RESTART_CAP_MS),
    ).unref();
  }

  #onFrame(runner: RunnerProcess, frame: FromRunner): void {
    if (frame[0] === 'pong') return this.#onPong(runner, frame);
    if (frame[0] === 'poisoned') return this.doom(runner, frame[1]);
    if (frame[0] === 'busy') {
      runner.suspects = frame[1] === '' ? [] : frame[1].split(',');
      return;
    }
    this.#listener.onFrame(runner, frame);
  }

  #onPong(runner: RunnerProcess, [, , rssMb, isolates]: FromRunner & readonly ['pong', ...string[]]): void {
    runner.unanswered = 0;
    runner.rssMb = Number(rssMb);
    runner.isolates = Number(isolates);
    if (runner.rssMb > this.#options.rssHardMb) this.doom(runner, `it has grown to ${runner.rssMb} MB`, 0);
    else if (runner.rssMb > this.#options.rssSoftMb)
      this.doom(runner, `it has grown to ${runner.rssMb} MB`, RETIRE_GRACE_MS);
  }

  #ping(): void {
    const number = String(++this.#pings);
    if (this.#pings % CALM_EVERY === 0) for (const { pid } of this.#active) calmGuests(pid);
    for (const runner of this.#standby === null ? this.#active : [...this.#active, this.#standby]) {
      if (++runner.unanswered > SILENT_PINGS) this.doom(runner, 'it answers no ping', 0);
      else runner.send(['ping', number]);
    }
  }

  #onExit(runner: RunnerProcess, how: string): void {
    const wasKnown = this.#active.delete(runner) || this.#doomed.delete(runner) || this.#standby === runner;
    this.#starting.delete(runner);
    if (this.#standby === runner) this.#standby = null;
    if (!this.#closed) this.#options.logger.warn({ runner: runner.pid, how }, 'runner has ended');
    if (!wasKnown || this.#closed) return;
    this.#listener.onExit(runner, how);
    if (Date.now() - runner.startedAt > STEADY_MS) this.#replenish();
    else setTimeout(() => this.#replenish(), this.#standby === null ? RESTART_BASE_MS : 0);
  }
}
