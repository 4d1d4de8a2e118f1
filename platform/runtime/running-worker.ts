import { backoffMs, errorText, sleep } from '@vumi/core';
import { startDeadline } from '@vumi/machine';
import { requireType } from './find-type.ts';
import type { RuntimeServices } from './services.ts';
import { beginLife, type WorkerLife } from './worker-life.ts';
import type { WorkerSpec, WorkerState } from './worker-spec.ts';
import type { Placement, Worker } from './worker-type.ts';

const BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 60_000;
/** A worker that lived for so long begins with the shortest pause when it dies. */
const HEALTHY_MS = 60_000;

/** A worker that is to run here: kept alive until it is stopped. */
export interface RunningWorker {
  readonly spec: WorkerSpec;
  /** Resolves when it runs, or waits for its turn; rejects when its first start failed, which is tried again. */
  readonly attempted: Promise<void>;
  state(): WorkerState;
  /** Null while it does not run here. */
  worker(): Worker | null;
  /** Resolves when it has stopped, or was given up because it does not. */
  stop(): Promise<void>;
}

/** Starts a worker, and starts it anew with a growing pause when it fails or dies. */
export function keepRunning(spec: WorkerSpec, services: RuntimeServices, stopMs: number): RunningWorker {
  const keeper = new Keeper(spec, services, stopMs);
  return {
    spec,
    attempted: keeper.attempted,
    state: () => keeper.state(),
    worker: () => keeper.worker,
    stop: () => keeper.stop(),
  };
}

class Keeper {
  readonly #spec: WorkerSpec;
  readonly #services: RuntimeServices;
  readonly #stopMs: number;
  readonly #stopping = new AbortController();
  readonly #first = Promise.withResolvers<void>();
  readonly #done: Promise<void>;
  #life: WorkerLife | null = null;
  #note: Pick<WorkerState, 'status' | 'message'> = { status: 'down', message: 'starting' };
  #startedAt: number | null = null;
  #restarts = 0;
  #stopped: Promise<void> | null = null;

  constructor(spec: WorkerSpec, services: RuntimeServices, stopMs: number) {
    this.#spec = spec;
    this.#services = services;
    this.#stopMs = stopMs;
    // Who does not ask has the state and the log.
    this.#first.promise.catch(() => {});
    this.#done = this.#keep();
  }

  get attempted(): Promise<void> {
    return this.#first.promise;
  }

  get worker(): Worker | null {
    return this.#life?.worker ?? null;
  }

  get #placement(): Placement {
    return this.#spec.placement ?? requireType(this.#services, this.#spec.type).placement;
  }

  state(): WorkerState {
    const { name, type, origin } = this.#spec;
    const worker = this.#life?.worker;
    return {
      name,
      type,
      origin,
      placement: this.#placement,
      ...(worker === undefined ? this.#note : worker.status()),
      gauges: worker?.gauges() ?? {},
      restarts: this.#restarts,
      started_at: this.#startedAt === null ? null : new Date(this.#startedAt).toISOString(),
      ...(worker?.details === undefined ? {} : { details: worker.details() }),
    };
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(new Error('the worker was told to stop'));
    const givenUp = Promise.withResolvers<void>();
    using _deadline = startDeadline({ limitMs: this.#stopMs }, ({ elapsedMs }) => {
      const seconds = Math.round(elapsedMs / 1000);
      this.#services.logger.error(
        { worker: this.#spec.name, seconds },
        'a worker did not stop and was given up; what it holds is with the broker or on disk',
      );
      givenUp.resolve();
    });
    await Promise.race([this.#done, givenUp.promise]);
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    const { clock, random, logger } = this.#services;
    for (let failures = 0; !signal.aborted; failures += 1) {
      const began = clock();
      try {
        await this.#run();
        failures = -1;
      } catch (error) {
        if (signal.aborted) break;
        if (clock() - began > HEALTHY_MS) failures = 0;
        this.#first.reject(error);
        this.#note = { status: 'down', message: errorText(error) };
        logger.error({ worker: this.#spec.name, error }, 'a worker stopped; it is started again');
      }
      await sleep(backoffMs(Math.max(0, failures), BACKOFF_MS, LONGEST_BACKOFF_MS, random), signal).catch(
        () => {},
      );
      this.#restarts += 1;
    }
    this.#first.resolve();
  }

  /** One life: with the lease, where it needs one, until it dies, loses that, or is told to stop. */
  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    await using lease = await this.#lease();
    if (signal.aborted) return;
    this.#note = { status: 'down', message: 'starting' };
    const life = await beginLife(this.#spec, this.#services);
    this.#life = life;
    this.#startedAt = this.#services.clock();
    this.#first.resolve();
    try {
      await Promise.race([aborted(signal), lease?.lost ?? never, life.worker.died ?? never]);
      this.#note = { status: 'down', message: 'its lease was lost; starting again' };
    } finally {
      this.#life = null;
      this.#startedAt = null;
      await life.end();
    }
  }

  /** Without a database nothing keeps a second process from running the worker: that is the operator's to see to. */
  async #lease() {
    const { store } = this.#services;
    if (this.#placement !== 'one' || store === null) return null;
    this.#note = { status: 'waiting', message: 'waiting for its turn: another process runs it' };
    const lease = store.lease(leaseOf(this.#spec), this.#stopping.signal);
    this.#first.resolve();
    return lease;
  }
}

const never = new Promise<never>(() => {});

/** Transports had theirs before other workers had any; processes of both versions may run side by side. */
function leaseOf({ name, origin }: WorkerSpec): string {
  return origin === 'store' ? `transport:${name}` : `worker:${name}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
