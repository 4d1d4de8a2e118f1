import { errorText, VumiError, type Logger } from '@vumi/core';
import { APP_KINDS, type AppKind } from '../app-kind.ts';
import type { LoadedApp } from '../apps/app.ts';
import type { KillRecord } from './kill-record.ts';
import type { RunnerClass } from './runner-class.ts';
import { spawnRunner, type RunnerListener, type RunnerProcess } from './runner-process.ts';
import type { RunnerKeeper, RunnerWatch } from './runner-watch.ts';

/** An app keeps its runner so long when others wait for one. */
const SLICE_MS = 5000;
/** An app that did nothing for so long is idle enough to lose its runner to one that waits. */
const PAUSE_MS = 500;
/** Messages of one app that may wait. They are taken from a queue that the app shares with others. */
const MAX_WAITING = 100;
const RETRY_START_MS = 1000;

export interface QuarantineOptions {
  readonly maxRunners: number;
  /** A runner whose app gets no messages for so long is given up. */
  readonly idleMs: number;
  readonly killRecord: KillRecord;
  readonly classOf: (kind: AppKind) => Promise<RunnerClass>;
  readonly watch: RunnerWatch;
  readonly now: () => number;
  readonly logger: Logger;
}

interface Waiter {
  /** Null: ask again, the app is in quarantine no more. */
  resolve(runner: RunnerProcess | null): void;
  reject(error: Error): void;
}

interface Cell {
  readonly name: string;
  readonly app: string;
  readonly kind: AppKind;
  readonly waiters: Waiter[];
  runner: RunnerProcess | null;
  starting: boolean;
  /** Since when it has its runner, or when one may be started again. */
  since: number;
  usedAt: number;
}

/** What an operator sees of an app in quarantine. */
export interface QuarantinedApp {
  readonly app: string;
  readonly pid: number | null;
  /** Runners that it has killed. */
  readonly kills: number;
  /** Messages that wait for its runner. */
  readonly waiting: number;
}

/** Runners with one app each, for those that killed a runner of others. Started on demand, a few at a time. */
export class Quarantine implements RunnerKeeper, AsyncDisposable {
  readonly #options: QuarantineOptions;
  readonly #listener: RunnerListener;
  /** In the order in which they began to wait. */
  readonly #cells = new Map<string, Cell>();
  #closed = false;

  constructor(options: QuarantineOptions, listener: RunnerListener) {
    this.#options = options;
    this.#listener = listener;
    options.watch.tickFor(this);
  }

  status(): QuarantinedApp[] {
    const { killRecord } = this.#options;
    return killRecord.quarantined().map((app) => {
      const cells = this.#cellsOf(app);
      return {
        app,
        pid: cells.find(({ runner }) => runner !== null)?.runner?.pid ?? null,
        kills: killRecord.kills(app),
        waiting: cells.reduce((sum, { waiters }) => sum + waiters.length, 0),
      };
    });
  }

  /**
   * The app's own runner, when its time has come and there is room. Null when its quarantine has ended meanwhile.
   * Throws `app.limit` when too many messages of it wait.
   */
  async pick(app: LoadedApp): Promise<RunnerProcess | null> {
    if (this.#closed) throw closed();
    const cell = this.#cellOf(app);
    if (cell.runner !== null && !cell.starting && !cell.runner.doomed) return cell.runner;
    if (cell.waiters.length >= MAX_WAITING) {
      throw new VumiError('app.limit', 'the app has killed its process, and too many of its messages wait');
    }
    return new Promise((resolve, reject) => {
      if (cell.waiters.push({ resolve, reject }) === 1) {
        this.#cells.delete(cell.name);
        this.#cells.set(cell.name, cell);
      }
      this.onTick();
    });
  }

  /** The app goes back to the others. */
  release(app: string): void {
    for (const cell of this.#cellsOf(app)) {
      for (const waiter of cell.waiters.splice(0)) waiter.resolve(null);
      if (cell.runner !== null) this.#options.watch.retire(cell.runner, 'its app goes back to the others');
      else if (!cell.starting) this.#cells.delete(cell.name);
    }
  }

  onDoomed(): void {
    // Its app waits from now on; the next runner comes when this one has ended.
  }

  onTick(): void {
    if (this.#closed) return;
    const now = this.#options.now();
    for (const cell of this.#cells.values()) this.#giveUpIdle(cell, now);
    const waiting = this.#waitingAt(now);
    const taken = [...this.#cells.values()].filter(({ runner, starting }) => starting || runner !== null);
    const free = this.#options.maxRunners - taken.length;
    for (const cell of waiting.splice(0, Math.max(0, free))) this.#startSoon(cell);
    const coming = taken.filter(({ runner }) => runner?.doomed === true).length;
    for (let missing = waiting.length - coming; missing > 0; missing--) this.#makeRoom(now);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const { waiters } of this.#cells.values()) {
      for (const waiter of waiters.splice(0)) waiter.reject(closed());
    }
    await Promise.all(Array.from(this.#cells.values(), async ({ runner }) => runner?.end()));
  }

  #cellOf({ key, kind }: LoadedApp): Cell {
    const name = cellName(key, kind);
    const known = this.#cells.get(name);
    if (known !== undefined) return known;
    const cell = { name, app: key, kind, waiters: [], runner: null, starting: false, since: 0, usedAt: 0 };
    this.#cells.set(name, cell);
    return cell;
  }

  /** Two while a version of one kind takes the place of a version of the other. */
  #cellsOf(app: string): Cell[] {
    return APP_KINDS.flatMap((kind) => this.#cells.get(cellName(app, kind)) ?? []);
  }

  #waitingAt(now: number): Cell[] {
    const { killRecord } = this.#options;
    return [...this.#cells.values()].filter(
      ({ app, waiters, runner, starting, since }) =>
        waiters.length > 0 && runner === null && !starting && since <= now && killRecord.readyAt(app) <= now,
    );
  }

  #giveUpIdle(cell: Cell, now: number): void {
    if (cell.runner === null || cell.runner.doomed || cell.starting) return;
    if (cell.runner.turns.size > 0) cell.usedAt = now;
    else if (now - cell.usedAt > this.#options.idleMs) this.#options.watch.retire(cell.runner, 'it is idle');
  }

  /** Takes a runner from the app that needs it least: one that is idle, else the one that has had it for longest. */
  #makeRoom(now: number): void {
    const having = [...this.#cells.values()]
      .filter(({ runner, starting }) => runner !== null && !runner.doomed && !starting)
      .toSorted((a, b) => a.since - b.since);
    const isIdle = ({ runner, usedAt }: Cell): boolean => runner?.turns.size === 0 && now - usedAt > PAUSE_MS;
    const cell = having.find(isIdle) ?? having.find(({ since }) => now - since > SLICE_MS);
    if (cell?.runner) this.#options.watch.retire(cell.runner, 'other apps in quarantine wait');
  }

  #startSoon(cell: Cell): void {
    cell.starting = true;
    this.#start(cell)
      .catch((error: unknown) => {
        cell.since = this.#options.now() + RETRY_START_MS;
        if (!this.#closed)
          this.#options.logger.error({ app: cell.app, error: errorText(error) }, 'runner does not start');
      })
      .finally(() => {
        cell.starting = false;
      });
  }

  async #start(cell: Cell): Promise<void> {
    const { classOf, watch, now } = this.#options;
    const runnerClass = await classOf(cell.kind);
    if (this.#closed) return;
    const runner = spawnRunner(runnerClass, {
      onFrame: (from, frame) => {
        if (!watch.onFrame(from, frame)) this.#listener.onFrame(from, frame);
      },
      onExit: (from, how) => this.#onExit(cell, from, how),
    });
    runner.onlyFor = cell.app;
    cell.runner = runner;
    await runner.up();
    runner.letGo();
    watch.add(runner, this);
    cell.starting = false;
    cell.since = now();
    cell.usedAt = now();
    for (const waiter of cell.waiters.splice(0)) waiter.resolve(runner);
  }

  #onExit(cell: Cell, runner: RunnerProcess, how: string): void {
    cell.runner = null;
    this.#options.watch.onExit(runner);
    if (this.#closed) return;
    this.#options.logger.warn({ runner: runner.pid, app: cell.app, how }, 'runner in quarantine has ended');
    this.#listener.onExit(runner, how);
    if (cell.waiters.length === 0 && !cell.starting) this.#cells.delete(cell.name);
    this.onTick();
  }
}

function cellName(app: string, kind: AppKind): string {
  return `${kind} ${app}`;
}

function closed(): VumiError {
  return new VumiError('runner.lost', 'the sandbox is closing');
}
