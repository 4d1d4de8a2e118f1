import type { FromRunner } from '../frames.ts';
import type { LoadedApp } from './app.ts';
import type { Fleet } from './fleet.ts';
import type { RunnerProcess } from './runner-process.ts';

/** A classic app, with the libraries in its isolate, takes the memory of so many others: 5.5 MB. */
const CLASSIC_WEIGHT = 4;

/** A runner that has the code of a large app is taken for it unless it holds so many more apps than another. */
const KNOWN_CODE_BONUS = 20;

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
 * Which app is loaded where. Only the supervisor decides what is loaded and unloaded, so that both ends of the wire
 * agree without asking; a runner only reports that an isolate had to die.
 */
export class Instances {
  readonly #fleet: Pick<Fleet, 'pick' | 'mayServe'>;
  readonly #options: InstanceOptions;
  /** By app and version; in order of use, the least recent first. */
  readonly #current = new Map<string, Instance>();
  readonly #byId = new Map<string, Instance>();
  readonly #counts = new Map<RunnerProcess, number>();
  #lastId = 0;

  constructor(fleet: Pick<Fleet, 'pick' | 'mayServe'>, options: InstanceOptions) {
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
    if (instance.drained && instance.turns.size === 0) this.#unload(instance);
  }

  /** The runner has reported the isolate's end. */
  onGone(frame: FromRunner & readonly ['gone', ...string[]]): void {
    const instance = this.#byId.get(frame[1]);
    if (instance !== undefined) this.#remove(instance);
  }

  onRunnerGone(runner: RunnerProcess): void {
    for (const instance of this.#byId.values()) if (instance.runner === runner) this.#remove(instance);
    this.#counts.delete(runner);
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
    const { digest } = app.frame;
    const load = (candidate: RunnerProcess): number =>
      this.#count(candidate) - (candidate.code.has(digest) ? KNOWN_CODE_BONUS : 0);
    const runner = await this.#fleet.pick(app, load);
    const meanwhile = this.#find(app);
    if (meanwhile !== null) return meanwhile;
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
    this.#counts.set(runner, this.#count(runner) + 1);
    runner.apps.add(app.key);
    sendLoad(instance, this.#options.cacheOf(app));
    return instance;
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
    if (this.#current.get(instance.app.slot) === instance) this.#current.delete(instance.app.slot);
    this.#counts.set(instance.runner, this.#count(instance.runner) - 1);
  }
}

function sendLoad({ id, app, runner }: Instance, cache: string): void {
  const { limits, settings, code, guest, digest } = app.frame;
  if (guest !== null) runner.teach(guest);
  if (digest !== null) runner.code.teach(digest, { code, cache });
  const sent = digest === null ? code : '';
  runner.send(['load', id, app.key, app.kind, limits, settings, sent, guest?.name ?? '', digest ?? '']);
}
