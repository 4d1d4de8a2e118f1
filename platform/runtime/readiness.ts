import {
  EXCHANGES,
  keptFor,
  routingKey,
  VumiError,
  type Broker,
  type Clock,
  type KeyedState,
} from '@vumi/core';
import { overloadNow, withinGiven, type OverloadReading } from '@vumi/machine';
import type { Store } from '@vumi/store';
import type { WorkerState } from './worker-spec.ts';

/** However many ask, the servers are asked so often at most. */
const KEPT_MS = 1000;
/** What is asked of a server must be answered within so much time that this process was given. */
const ANSWER_MS = 5000;
/** How long what is written to see whether the state takes it is there. */
const WRITTEN_MS = 60_000;
/** Nobody listens to it: the publish is confirmed, and it is gone. */
const PROBE_KEY = routingKey('probe', 'status');

interface PartReadiness {
  readonly ok: boolean;
  /** For an operator; without addresses and credentials. */
  readonly message: string;
}

/** Whether a process can do its work now, and if not, for the want of what. */
export interface Readiness extends OverloadReading {
  readonly ready: boolean;
  readonly phase: 'starting' | 'running' | 'stopping';
  /** `broker`, `state`, `database` where the process has one, and `workers`. */
  readonly parts: Readonly<Record<string, PartReadiness>>;
}

export interface ReadinessParts {
  readonly broker: Pick<Broker, 'publish'>;
  readonly state: Pick<KeyedState, 'set'>;
  readonly store: Pick<Store, 'tokens'> | null;
  readonly workers: () => readonly WorkerState[];
  /** Names the process in the state. */
  readonly worker_id: string;
}

/** Looks whether what every message needs answers. A process that has just begun is not ready. */
export class ReadinessWatch {
  readonly #look: () => Promise<Readiness['parts']>;
  #parts: ReadinessParts | null = null;
  #phase: Readiness['phase'] = 'starting';

  constructor(clock: Clock) {
    this.#look = keptFor(KEPT_MS, clock, () => lookAt(this.#parts));
  }

  /** What is looked at from now on. */
  watch(parts: ReadinessParts): void {
    this.#parts = parts;
  }

  enter(phase: 'running' | 'stopping'): void {
    this.#phase = phase;
  }

  async read(): Promise<Readiness> {
    const parts = await this.#look();
    const ready = this.#phase === 'running' && Object.values(parts).every(({ ok }) => ok);
    return { ready, phase: this.#phase, parts, ...overloadNow() };
  }
}

async function lookAt(watched: ReadinessParts | null): Promise<Readiness['parts']> {
  if (watched === null) return {};
  const { broker, state, store, workers, worker_id } = watched;
  const asked: Record<string, Promise<unknown>> = {
    broker: broker.publish(PROBE_KEY, '{}', EXCHANGES.statuses),
    state: state.set(`probe/${worker_id}`, '1', WRITTEN_MS),
    ...(store === null ? {} : { database: store.tokens.configured() }),
  };
  const answers = await Promise.all(
    Object.entries(asked).map(async ([name, answer]) => [name, await toPart(answer)] as const),
  );
  return { ...Object.fromEntries(answers), workers: workersPart(workers()) };
}

async function toPart(answer: Promise<unknown>): Promise<PartReadiness> {
  try {
    await withinGiven(answer, { limitMs: ANSWER_MS }, () => new Error('no answer'));
    return { ok: true, message: 'answers' };
  } catch (error) {
    // The text of an error may say where our servers are, which not everybody who asks need know.
    const why = error instanceof VumiError ? error.code : 'no answer in time';
    return { ok: false, message: `does not take work (${why}); the log says more` };
  }
}

/**
 * Workers of the process's own configuration. One that runs and has its own troubles, such as a transport whose network
 * is away, does run; what the store or an operator asks for is told of by the status of the platform.
 */
function workersPart(all: readonly WorkerState[]): PartReadiness {
  const own = all.filter(({ origin }) => origin === 'built-in' || origin === 'configuration');
  const missing = own.filter(({ started_at, status }) => started_at === null && status !== 'waiting');
  const names = missing.map(({ name }) => name).join(', ');
  return missing.length === 0
    ? { ok: true, message: `${own.length} run` }
    : { ok: false, message: `not running: ${names}` };
}
