import { availableParallelism } from 'node:os';
import { silentLogger, VumiError } from '@vumi/core';
import { startDeadline } from '@vumi/machine';
import type { FromRunner } from '../frames.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import type { LoadedApp } from '../apps/app.ts';
import { RunnerKills } from '../fleet/runner-kills.ts';
import { Instances } from '../apps/instances.ts';
import { createRunnerClasses } from '../fleet/runner-class.ts';
import { spawnRunner, type RunnerProcess } from '../fleet/runner-process.ts';
import { RunnerWatch } from '../fleet/runner-watch.ts';
import { Turns, type TurnOutcome, type TurnRequest } from '../turns/turns.ts';
import { FairPlaces } from './fair-places.ts';
import { givenSeconds, overloaded } from './overloaded.ts';

/** Milliseconds in which an app must load, of those that its runner is given. */
const LOAD_MS = 5000;
/** Memory is that of one app: a trial's runner has no other. */
const RSS = { rssSoftMb: 300, rssHardMb: 600 };
const NOTHING = (): void => {};
/** A trial is a process that works hard: the messages of others go first. */
const places = new FairPlaces({
  places: Math.max(2, availableParallelism()),
  /** Each of those before it may take long on a machine that has much to do. */
  waitMs: 120_000,
  maxWaiting: 20,
});

let classes: ReturnType<typeof createRunnerClasses> | null = null;

/** Made when a trial needs them first: making them starts a process. */
function runnerClasses(): ReturnType<typeof createRunnerClasses> {
  const { memory_mb: memoryMb } = DEFAULT_LIMITS;
  classes ??= createRunnerClasses({ jit: 'never', lanes: 1, memoryMb, ...RSS, logger: silentLogger });
  return classes;
}

/**
 * One version of an app in a confined runner of its own, which is thrown away. Nothing that happens in it takes effect:
 * whoever runs a turn answers its calls and gets what it left.
 */
export class Trial implements AsyncDisposable {
  readonly #app: LoadedApp;
  readonly #place: Disposable;
  readonly #watch = new RunnerWatch({ ...RSS, drainMs: 0, logger: silentLogger });
  readonly #instances: Instances;
  readonly #turns: Turns;
  readonly #loaded = Promise.withResolvers<string[]>();
  #runner: RunnerProcess | null = null;
  #handlers: readonly string[] = [];

  private constructor(app: LoadedApp, place: Disposable) {
    this.#app = app;
    this.#place = place;
    this.#instances = new Instances(
      {
        pick: async () => this.#runner ?? (await this.#spawn()),
        mayServe: (runner) => runner === this.#runner,
        hasRoom: NOTHING,
      },
      { perRunner: 1, fullMb: Infinity, idleMs: Infinity, now: () => 0, cacheOf: () => '' },
    );
    this.#turns = new Turns(
      this.#instances,
      { served: NOTHING },
      new RunnerKills({ accuse: NOTHING }, NOTHING),
    );
  }

  /**
   * Throws `app.load_failed` with the reason, whose stack points into the author's files, or `trial.busy` when too many
   * trials are under way.
   */
  static async open(app: LoadedApp): Promise<Trial> {
    const trial = new Trial(app, await places.take(app.ref.account));
    try {
      await trial.#load();
      return trial;
    } catch (error) {
      await trial[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The handlers that the app has. */
  get handlers(): readonly string[] {
    return this.#handlers;
  }

  run(request: Omit<TurnRequest, 'app'>): Promise<TurnOutcome> {
    return this.#turns.run({ ...request, app: this.#app });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]();
    this.#turns.close();
    await this.#runner?.end();
    this.#place[Symbol.dispose]();
  }

  async #load(): Promise<void> {
    this.#loaded.promise.catch(NOTHING);
    const { runner } = await this.#instances.get(this.#app);
    using _deadline = startDeadline({ limitMs: LOAD_MS, pid: runner.pid }, (expiry) => {
      if (expiry.machineIsSlow) this.#loaded.reject(overloaded(`it got ${givenSeconds(expiry)} s to load`));
      else this.#failLoad(`it takes too long: it had ${givenSeconds(expiry)} s for itself and was not done`);
    });
    this.#handlers = await this.#loaded.promise;
  }

  async #spawn(): Promise<RunnerProcess> {
    const runner = spawnRunner(await runnerClasses()(this.#app.kind), {
      onFrame: (from, frame) => this.#onFrame(from, frame),
      onExit: (from, how) => this.#onExit(from, how),
    });
    await runner.up();
    this.#runner = runner;
    this.#watch.add(runner, { onDoomed: NOTHING, onTick: NOTHING });
    return runner;
  }

  #onFrame(runner: RunnerProcess, frame: FromRunner): void {
    if (this.#watch.onFrame(runner, frame)) return;
    if (frame[0] === 'loaded') this.#loaded.resolve(JSON.parse(frame[2]) as string[]);
    if (frame[0] === 'unloadable') this.#failLoad(JSON.parse(frame[3]) as string);
    this.#turns.onFrame(runner, frame);
  }

  #onExit(runner: RunnerProcess, how: string): void {
    this.#watch.onExit(runner);
    this.#failLoad(`it ended its process (${how})`);
    if (this.#runner === runner) this.#runner = null;
    this.#turns.onRunnerGone(runner);
  }

  #failLoad(text: string): void {
    const reason = this.#app.mapStack(text);
    this.#loaded.reject(
      new VumiError('app.load_failed', `the app does not load: ${reason}`, { details: { reason } }),
    );
  }
}
