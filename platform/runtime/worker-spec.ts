import type { Placement } from './worker-type.ts';

/** Who asked for a worker: the process's own set-up, its configuration, a row of the store, or somebody at run time. */
export type Origin = 'built-in' | 'configuration' | 'store' | 'run time';

/** A worker that is to run. */
export interface WorkerSpec {
  /** Unique in a supervisor. */
  readonly name: string;
  /** A type of the registry, or one of its aliases. */
  readonly type: string;
  /** The type's own options, by Vumi's names. */
  readonly config: unknown;
  /** Absent: the type's. */
  readonly placement?: Placement;
  readonly origin: Origin;
  /** Workers of one group stop at once; groups stop in the reverse order of their first start. Absent: alone. */
  readonly group?: string;
  /** Changes when the worker is to be started anew with the same options. */
  readonly restarts?: number;
}

/** How a worker is. `waiting`: another process runs it. */
export type WorkerStatusName = 'ok' | 'degraded' | 'down' | 'waiting';

export interface WorkerState {
  readonly name: string;
  readonly type: string;
  readonly origin: Origin;
  readonly placement: Placement;
  readonly status: WorkerStatusName;
  /** For an operator. */
  readonly message: string;
  readonly gauges: Readonly<Record<string, number>>;
  /** How often it was started anew after it had died. */
  readonly restarts: number;
  /** When this life of it began; null: it does not run here. */
  readonly started_at: string | null;
  /** What it tells beyond that (Worker.details). */
  readonly details?: unknown;
}
