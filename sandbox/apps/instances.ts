import type { AppKind } from '../app-kind.ts';
import type { FromRunner } from '../frames.ts';
import type { LoadedApp } from './app.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { RunnerProcess } from '../fleet/runner-process.ts';

/** A classic app, with the libraries in its isolate, takes the memory of so many others: 5.5 MB. */
const CLASSIC_WEIGHT = 4;

/** A runner that has the code of a large app is taken for it unless it holds so many more apps than another. */
const KNOWN_CODE_BONUS = 20;

/**
 * Apps that a runner begins with at once. Making an isolate takes its own thread, 40 ms for a classic app: a herd that
 * comes all at once, as after a restart, waits here and not there. The first message belongs to it: the next app begins
 * when that is done, so that those who came first are answered first and none waits within its handler.
 */
const COLD_STARTS: Readonly<Record<AppKind, number>> = { sdk: 8, classic: 2 };
/** But no longer than that. */
const FIRST_MESSAGE_MS = 1000;

/** One app in one isolate of one runner. */
export interface Instance {
  readonly id: string;
  readonly app: LoadedApp;
  readonly runner: RunnerProcess;
  /** Turns that run in it now. */
  readonly turns: Set<string>;
  lastUsed: number;
  /** A turn has run in it. */
  warm: boolean;
  /** No new turns: one with newer settings has taken its place. */
  drained: boolean;
}

export interface InstanceOptions {
  /** Isolates that a runner may hold. */
  readonly perRunner: number;
  /** A runner that has grown so big gives up an isolate for each new one: memory comes back to it, not to the system. */
  readonly fullMb: number;
  /** An isolate that nobody used for so long is given up. */
  readonly idleMs: number;
  readonly now: () => number;
  /** V8's code cache for the app, as base64; empty where there is none. */
  readonly cacheOf: (app: LoadedApp) => string;
}

/**
 * Which app is loaded where. Only the platform decides what is loaded and unloaded, so that both ends of the wire
 * agree without asking; a runner only reports that an isolate had to die.
 */
export class Instances {
  readonly #fleet: Pick<Fleet, 'pick' | 'mayServe' | 'hasRoom'>;
  readonly #options: InstanceOptions;
  /** By app and version; in order of use, the least recent first. */
  readonly #current = new Map<string, Instance>();
  readonly #byId = new Map<string, Instance>();
  readonly #counts = new Map<RunnerProcess, number>();
  /** Cold starts that are under way, and of those that have an instance which. */
  readonly #coldStarts = new Map<RunnerProcess, number>();
  readonly #beginning = new Set<Instance>();
  #lastId = 0;

  constructor(fleet: Pick<Fleet, 'pick' | 'mayServe' | 'hasRoom'>, options: InstanceOptions) {
    this.#fleet = fleet;
    this.#options = options;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** The instance to run a turn of the app in; loads one when there is none. Throws as Fleet.pick does. */
  async get(app: LoadedApp): Promise<Instance> {
    return this.#find(app) ?? this.#load(app);
  }

  enter(instance: Instance, turn: string): void {
    instance.turns.add(turn);
    instance.runner.turns.add(turn);
  }

  release(instance: Instance, turn: string): void {
    instance.turns.delete(turn);
    instance.runner.turns.delete(turn);
    if (instance.turns.size === 0) this.#endColdStart(instance);
    if (instance.drained && instance.turns.size === 0) this.#unload(instance);
  }

  /** The app is loaded; its first message may still run. */
  onLoaded(frame: FromRunner & readonly ['loaded', ...string[]]): void {
    const instance = this.#byId.get(frame[1]);
    if (instance === undefined) return;
    if (instance.turns.size === 0) this.#endColdStart(instance);
    else setTimeout(() => this.#endColdStart(instance), FIRST_MESSAGE_MS).unref();
  }

  /** A turn waits for somebody outside: the runner can begin with the next app meanwhile. */
  onWait(instance: Instance): void {
    this.#endColdStart(instance);
  }

  /** The runner has reported the isolate's end. */
  onGone(frame: FromRunner & readonly ['gone', ...string[]]): void {
    const instance = this.#byId.get(frame[1]);
    if (instance !== undefined) this.#remove(instance);
  }

  onRunnerGone(runner: RunnerProcess): void {
    for (const instance of this.#byId.values()) if (instance.runner === runner) this.#remove(instance);
    this.#counts.delete(runner);
    this.#coldStarts.delete(runner);
  }

  /** Gives up what was idle for long; returns the apps. */
  sweep(): LoadedApp[] {
    const swept: LoadedApp[] = [];
    const before = this.#options.now() - this.#options.idleMs;
    for (const instance of this.#current.values()) {
      if (instance.lastUsed > before) break;
      if (instance.turns.size > 0) continue;
      this.#unload(instance);
      swept.push(instance.app);
    }
    return swept;
  }

  #find(app: LoadedApp): Instance | null {
    const instance = this.#current.get(app.slot);
    if (instance === undefined) return null;
    if (instance.app !== app || !this.#fleet.mayServe(instance.runner, app)) {
      this.#drain(instance);
      return null;
    }
    const now = this.#options.now();
    if (now !== instance.lastUsed) {
      instance.lastUsed = now;
      this.#current.delete(app.slot);
      this.#current.set(app.slot, instance);
    }
    return instance;
  }

  async #load(app: LoadedApp): Promise<Instance> {
    const runner = await this.#pick(app);
    const meanwhile = this.#find(app);
    if (meanwhile !== null) {
      this.#countColdStart(runner, -1);
      return meanwhile;
    }
    if (this.#isFull(runner)) this.#makeRoom(runner);
    const instance: Instance = {
      id: String(++this.#lastId),
      app,
      runner,
      turns: new Set(),
      lastUsed: this.#options.now(),
      warm: false,
      drained: false,
    };
    this.#current.set(app.slot, instance);
    this.#byId.set(instance.id, instance);
    this.#beginning.add(instance);
    this.#counts.set(runner, this.#count(runner) + 1);
    runner.apps.add(app.key);
    sendLoad(instance, this.#options.cacheOf(app));
    return instance;
  }

  /** A runner, with a cold start begun on it. */
  async #pick(app: LoadedApp): Promise<RunnerProcess> {
    const { digest } = app.frame;
    let chosen: RunnerProcess | null = null;
    const runner = await this.#fleet.pick(app, {
      load: (candidate) => {
        // Another message of the app has brought it there.
        const there = this.#current.get(app.slot);
        if (there?.app === app && there.runner === candidate) return -Infinity;
        const coldStarts = this.#coldStarts.get(candidate) ?? 0;
        if (coldStarts >= COLD_STARTS[app.kind]) return Infinity;
        return this.#count(candidate) + coldStarts - (candidate.code.has(digest) ? KNOWN_CODE_BONUS : 0);
      },
      chosen: (candidate) => {
        if (chosen !== null) this.#countColdStart(chosen, -1);
        chosen = candidate;
        this.#countColdStart(candidate, 1);
      },
    });
    if (chosen === runner) return runner;
    if (chosen !== null) this.#countColdStart(chosen, -1);
    this.#countColdStart(runner, 1);
    return runner;
  }

  #countColdStart(runner: RunnerProcess, by: 1 | -1): void {
    const count = (this.#coldStarts.get(runner) ?? 0) + by;
    if (count > 0) this.#coldStarts.set(runner, count);
    else this.#coldStarts.delete(runner);
    if (by < 0) this.#fleet.hasRoom(runner.kind);
  }

  #endColdStart(instance: Instance): void {
    if (this.#beginning.delete(instance)) this.#countColdStart(instance.runner, -1);
  }

  #isFull(runner: RunnerProcess): boolean {
    const { perRunner, fullMb } = this.#options;
    const most = runner.kind === 'classic' ? Math.ceil(perRunner / CLASSIC_WEIGHT) : perRunner;
    return this.#count(runner) >= most || runner.rssMb >= fullMb;
  }

  #count(runner: RunnerProcess): number {
    return this.#counts.get(runner) ?? 0;
  }

  #makeRoom(runner: RunnerProcess): void {
    for (const instance of this.#current.values()) {
      if (instance.runner !== runner || instance.turns.size > 0) continue;
      this.#unload(instance);
      return;
    }
  }

  #drain(instance: Instance): void {
    instance.drained = true;
    if (this.#current.get(instance.app.slot) === instance) this.#current.delete(instance.app.slot);
    if (instance.turns.size === 0) this.#unload(instance);
  }

  #unload(instance: Instance): void {
    if (!this.#byId.has(instance.id)) return;
    this.#remove(instance);
    instance.runner.send(['unload', instance.id]);
  }

  #remove(instance: Instance): void {
    if (!this.#byId.delete(instance.id)) return;
    this.#endColdStart(instance);
    if (this.#current.get(instance.app.slot) === instance) this.#current.delete(instance.app.slot);
    this.#counts.set(instance.runner, this.#count(instance.runner) - 1);
  }
}

function sendLoad({ id, app, runner }: Instance, cache: string): void {
  const { limits, settings, code, guest, digest } = app.frame;
  if (guest !== null) runner.provide(guest);
  if (digest !== null) runner.code.provide(digest, { code, cache });
  const sent = digest === null ? code : '';
  runner.send(['load', id, app.key, app.kind, limits, settings, sent, guest?.name ?? '', digest ?? '']);
}
