import type { Broker, Clock, ExchangeBook, KeyedState, Ledger, Logger, MiddlewareOrders } from '@vumi/core';
import type { HttpPort } from '@vumi/http';
import type { Store } from '@vumi/store';
import type { Wiring } from './wiring.ts';
import type { WorkerSpec } from './worker-spec.ts';
import type { EndPorts, WorkerType } from './worker-type.ts';

/** Middleware of one worker, as it runs. Disposal tears it down. */
export interface WorkerMiddleware extends AsyncDisposable {
  /** Puts it around the worker's ends. */
  around(ends: EndPorts): EndPorts;
  /** Puts it around failures and statuses alone, which a worker that takes the orders does not pass itself. */
  aroundReports(ends: EndPorts): EndPorts;
  readonly orders: MiddlewareOrders;
}

/** A worker's options, taken apart. */
export interface SplitOptions {
  /** The worker's own. */
  readonly config: unknown;
  /** Starts the middleware that the others ask for. */
  start(worker: string, logger: Logger): Promise<WorkerMiddleware>;
}

/** What the workers of one process share. */
export interface RuntimeServices {
  readonly types: readonly WorkerType[];
  readonly wiring: Wiring;
  readonly broker: Broker;
  readonly state: KeyedState;
  /** Null where the process has no database. */
  readonly store: Store | null;
  /** Absent: nothing is kept of what networks say. */
  readonly exchanges?: ExchangeBook;
  /** A worker's record on this machine; disposed of after the worker. */
  openLedger(worker: WorkerSpec): Ledger;
  http(worker: string, logger: Logger): HttpPort;
  /** Throws `config.invalid`. */
  middleware(config: unknown): SplitOptions;
  readonly clock: Clock;
  /** 0 to 1, as Math.random. */
  readonly random: () => number;
  readonly logger: Logger;
}

/** For processes whose workers have no middleware. */
export function withoutMiddleware(config: unknown): SplitOptions {
  return {
    config,
    start: async () => ({
      around: (ends) => ends,
      aroundReports: (ends) => ends,
      orders: { consume: [], publish: [] },
      async [Symbol.asyncDispose]() {},
    }),
  };
}
