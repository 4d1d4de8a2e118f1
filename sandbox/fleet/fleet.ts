import type { Logger } from '@vumi/core';
import type { AppKind } from '../app-kind.ts';
import type { LoadedApp } from '../apps/app.ts';
import type { KillRecord } from './kill-record.ts';
import { RunnerPool, type Newcomer } from './pool.ts';
import { Quarantine, type QuarantinedApp } from './quarantine.ts';
import type { RunnerClass } from './runner-class.ts';
import type { RunnerListener, RunnerProcess } from './runner-process.ts';
import { RunnerWatch } from './runner-watch.ts';

export interface FleetOptions {
  /** Runners of each class. */
  readonly runners: number;
  readonly quarantineRunners: number;
  readonly idleMs: number;
  readonly maxAgeMs: number;
  readonly rssSoftMb: number;
  readonly rssHardMb: number;
  readonly drainMs: number;
  readonly killRecord: KillRecord;
  readonly classOf: (kind: AppKind) => Promise<RunnerClass>;
  /** Milliseconds of a clock that is never put back. */
  readonly now: () => number;
  readonly logger: Logger;
}

/**
 * All runners: a pool for each kind of app, started when the first app of the kind comes, and the runners of those
 * in quarantine.
 */
export class Fleet implements AsyncDisposable {
  readonly #options: FleetOptions;
  readonly #listener: RunnerListener;
  readonly #watch: RunnerWatch;
  readonly #quarantine: Quarantine;
  readonly #pools = new Map<AppKind, Promise<RunnerPool>>();
  readonly #started: RunnerPool[] = [];
  #closed = false;

  constructor(options: FleetOptions, listener: RunnerListener) {
    this.#options = options;
    this.#listener = listener;
    this.#watch = new RunnerWatch(options);
    this.#quarantine = new Quarantine(
      { ...options, maxRunners: options.quarantineRunners, watch: this.#watch },
      listener,
    );
  }

  /** Starts the runners of a kind; resolves when they are at work. */
  async start(kind: AppKind): Promise<void> {
    await this.#poolOf(kind);
  }

  get active(): readonly RunnerProcess[] {
    return this.#started.flatMap((pool) => pool.active);
  }

  /** Whether a runner of each started class waits warm. */
  get hasStandby(): boolean {
    return this.#started.every(({ standby }) => standby !== null);
  }

  /** The runner of a kind that waits warm and has run nothing yet. */
  standbyOf(kind: AppKind): RunnerProcess | null {
    return this.#started.find((pool) => pool.kind === kind)?.standby ?? null;
  }

  get quarantined(): QuarantinedApp[] {
    return this.#quarantine.status();
  }

  mayServe(runner: RunnerProcess, { key, kind }: LoadedApp): boolean {
    const onlyFor = this.#options.killRecord.isQuarantined(key) ? key : null;
    return !runner.doomed && !runner.gone && runner.kind === kind && runner.onlyFor === onlyFor;
  }

  /**
   * A runner for an instance of the app: of those in the pool the one that has least to do. Waits until there is one.
   * Throws `app.limit` when too many messages of an app in quarantine wait, `runner.lost` when all is closing.
   */
  async pick(app: LoadedApp, newcomer: Newcomer): Promise<RunnerProcess> {
    for (;;) {
      const runner = this.#options.killRecord.isQuarantined(app.key)
        ? await this.#quarantine.pick(app)
        : await (await this.#poolOf(app.kind)).pick(newcomer);
      if (runner !== null && this.mayServe(runner, app)) return runner;
    }
  }

  /** A runner of this kind may take one more app. */
  hasRoom(kind: AppKind): void {
    this.#started.find((pool) => pool.kind === kind)?.serve();
  }

  /** Puts an app that killed a runner into quarantine. */
  accuse(app: string, reason: string): void {
    const { killRecord, logger } = this.#options;
    const isNew = killRecord.accuse(app);
    const kills = killRecord.kills(app);
    logger.warn({ app, reason, kills }, isNew ? 'app is put in quarantine' : 'app killed its own runner');
  }

  /** A message of the app has been handled. */
  served(app: string): void {
    if (!this.#options.killRecord.served(app)) return;
    this.#options.logger.info({ app }, 'app leaves quarantine');
    this.#quarantine.release(app);
  }

  /** Forgets what is long ago. Call now and then. */
  sweep(): void {
    for (const app of this.#options.killRecord.sweep()) this.#quarantine.release(app);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#watch[Symbol.dispose]();
    await Promise.all([this.#quarantine, ...this.#started].map((part) => part[Symbol.asyncDispose]()));
  }

  #poolOf(kind: AppKind): Promise<RunnerPool> {
    const known = this.#pools.get(kind);
    if (known !== undefined) return known;
    const started = this.#startPool(kind);
    this.#pools.set(kind, started);
    started.catch(() => this.#pools.delete(kind));
    return started;
  }

  async #startPool(kind: AppKind): Promise<RunnerPool> {
    const runnerClass = await this.#options.classOf(kind);
    const pool = new RunnerPool({ ...this.#options, runnerClass, watch: this.#watch }, this.#listener);
    this.#started.push(pool);
    try {
      await pool.start();
    } catch (error) {
      this.#started.splice(this.#started.indexOf(pool), 1);
      throw error;
    }
    if (this.#closed) await pool[Symbol.asyncDispose]();
    return pool;
  }
}
