import { settledWithin, VumiError } from '@vumi/core';
import { keepRunning, type RunningWorker } from './running-worker.ts';
import type { RuntimeServices } from './services.ts';
import { checkSpec } from './worker-life.ts';
import type { WorkerSpec, WorkerState } from './worker-spec.ts';
import type { Worker } from './worker-type.ts';

/** How patient a process is with workers that stop, in milliseconds. */
export interface StopPatience {
  /** Given to one worker; then it is given up. */
  readonly workerMs: number;
  /** How long the next group waits for the one before: a worker that hangs must not hold up the others. */
  readonly groupMs: number;
}

const PATIENCE: StopPatience = { workerMs: 15_000, groupMs: 2000 };

/** Runs the workers of one process. Disposal stops them, the last started first. */
export interface Supervisor extends AsyncDisposable {
  /** Throws `config.invalid` for what no worker could be started from here. */
  check(spec: Pick<WorkerSpec, 'type' | 'config'>): void;
  /** Keeps a worker running; how its first start went is in its state. `request.conflict` when the name is taken. */
  start(spec: WorkerSpec): Promise<void>;
  /** The same for a worker without which the process is of no use: it is not kept when its first start fails. */
  startOrThrow(spec: WorkerSpec): Promise<void>;
  /** Resolves when it has stopped or was given up. `not_found` */
  stop(name: string): Promise<void>;
  /** `not_found` */
  restart(name: string): Promise<void>;
  find(name: string): WorkerSpec | null;
  /** A worker as its own process knows it; null while it does not run here. */
  worker(name: string): Worker | null;
  list(): WorkerState[];
}

export function createSupervisor(services: RuntimeServices, patience: StopPatience = PATIENCE): Supervisor {
  return new ProcessSupervisor(services, patience);
}

class ProcessSupervisor implements Supervisor {
  readonly #services: RuntimeServices;
  readonly #patience: StopPatience;
  readonly #running = new Map<string, RunningWorker>();
  readonly #stopping = new Map<string, Promise<void>>();
  /** Names of groups in the order of their first start. */
  readonly #groups: string[] = [];
  #closed = false;

  constructor(services: RuntimeServices, patience: StopPatience) {
    this.#services = services;
    this.#patience = patience;
  }

  check(spec: Pick<WorkerSpec, 'type' | 'config'>): void {
    checkSpec(spec, this.#services);
  }

  async start(spec: WorkerSpec): Promise<void> {
    await this.#begin(spec);
  }

  async startOrThrow(spec: WorkerSpec): Promise<void> {
    const worker = await this.#begin(spec);
    try {
      await worker.attempted;
    } catch (error) {
      await this.#end(worker);
      throw error;
    }
  }

  async stop(name: string): Promise<void> {
    await this.#end(this.#require(name));
  }

  async restart(name: string): Promise<void> {
    const worker = this.#require(name);
    await this.#end(worker);
    await this.start(worker.spec);
  }

  find(name: string): WorkerSpec | null {
    return this.#running.get(name)?.spec ?? null;
  }

  worker(name: string): Worker | null {
    return this.#running.get(name)?.worker() ?? null;
  }

  list(): WorkerState[] {
    return [...this.#running.values()].map((worker) => worker.state());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const all: Promise<unknown>[] = [...this.#stopping.values()];
    for (const group of this.#groups.toReversed()) {
      const members = [...this.#running.values()].filter(({ spec }) => groupOf(spec) === group);
      if (members.length === 0) continue;
      const stopped = Promise.all(members.map((worker) => this.#end(worker)));
      all.push(stopped);
      await settledWithin(stopped, this.#patience.groupMs);
    }
    await Promise.all(all);
  }

  async #begin(spec: WorkerSpec): Promise<RunningWorker> {
    // Its earlier life has the same ledger and the same queues.
    await this.#stopping.get(spec.name);
    if (this.#closed) throw new VumiError('internal', 'this process is stopping; it starts no worker');
    if (this.#running.has(spec.name)) {
      const text = `a worker "${spec.name}" runs already: stop it first, or choose another name`;
      throw new VumiError('request.conflict', text, { field: 'worker_name' });
    }
    const group = groupOf(spec);
    if (!this.#groups.includes(group)) this.#groups.push(group);
    const worker = keepRunning(spec, this.#services, this.#patience.workerMs);
    this.#running.set(spec.name, worker);
    return worker;
  }

  #require(name: string): RunningWorker {
    const worker = this.#running.get(name);
    if (worker !== undefined) return worker;
    throw new VumiError('not_found', `no worker "${name}" runs here: list the workers`);
  }

  async #end(worker: RunningWorker): Promise<void> {
    const { name } = worker.spec;
    if (this.#running.get(name) === worker) this.#running.delete(name);
    const stopped = worker.stop().finally(() => {
      if (this.#stopping.get(name) === stopped) this.#stopping.delete(name);
    });
    this.#stopping.set(name, stopped);
    await stopped;
  }
}

function groupOf({ name, group }: WorkerSpec): string {
  return group ?? `worker ${name}`;
}
