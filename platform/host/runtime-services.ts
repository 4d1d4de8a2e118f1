import { join } from 'node:path';
import {
  EXCHANGES,
  METRICS_KEY,
  type Broker,
  type ExchangeBook,
  type KeyedState,
  type Logger,
} from '@vumi/core';
import type { HttpHub } from '@vumi/http';
import { dispatchMiddlewareTypes } from '@vumi/dispatch';
import { middlewareTypes, startMiddleware, takeMiddleware } from '@vumi/middleware';
import {
  createWiring,
  type EndPorts,
  type RuntimeServices,
  type SplitOptions,
  type WorkerType,
} from '@vumi/runtime';
import { openLedger } from '@vumi/state';
import { offeredTransports } from './offered-transports.ts';
import type { Traces } from './traces.ts';
import type { Store } from '@vumi/store';
import { transportTypes } from '@vumi/transports';

export interface Backends {
  readonly broker: Broker;
  readonly state: KeyedState;
  /** Null in a process without a database. */
  readonly store: Store | null;
}

/** Puts together what the workers of a process share. */
export function createServices(
  { broker, state, store }: Backends,
  options: {
    readonly types: readonly WorkerType[];
    readonly http: HttpHub;
    readonly exchanges: ExchangeBook | null;
    readonly traces: Traces | null;
    readonly dataDir: string;
    readonly logger: Logger;
  },
): RuntimeServices {
  const { types, http, exchanges, traces, dataDir, logger } = options;
  return {
    types,
    wiring: createWiring(broker),
    broker,
    state,
    store,
    ...(exchanges === null ? {} : { exchanges }),
    openLedger: ({ name, type }) => {
      const folder = Object.hasOwn(transportTypes, type) ? 'transports' : 'workers';
      return openLedger({ file: join(dataDir, folder, `${name}.ledger`) });
    },
    http: (worker) => http.portOf(worker),
    middleware: (config) => splitOptions(config, { broker, state, store }, traces),
    clock: Date.now,
    random: Math.random,
    logger,
  };
}

/** Every kind of middleware that a worker may list. */
const middleware = Object.values({ ...middlewareTypes, ...dispatchMiddlewareTypes(offeredTransports) });

function splitOptions(
  config: unknown,
  { broker, state, store }: Backends,
  traces: Traces | null,
): SplitOptions {
  const isRecord = typeof config === 'object' && config !== null && !Array.isArray(config);
  const taken = isRecord
    ? takeMiddleware(config as Readonly<Record<string, unknown>>, undefined, middleware)
    : { entries: [], config };
  return {
    config: taken.config,
    start: async (worker, logger) => {
      const publishMetrics = (body: string): Promise<void> =>
        broker.publish(METRICS_KEY, body, EXCHANGES.metrics);
      const ports = { worker, state, store, publishMetrics, clock: Date.now, logger };
      const chain = await startMiddleware(taken.entries, ports);
      const aroundReports = (ends: EndPorts): EndPorts => ({
        ...ends,
        publishFailure: (connector, failure) =>
          chain.aroundFailures(connector, (changed) => ends.publishFailure(connector, changed))(failure),
        publishStatus: (connector, status) =>
          chain.aroundStatuses(connector, (changed) => ends.publishStatus(connector, changed))(status),
      });
      const traced = (ends: EndPorts): EndPorts => (traces === null ? ends : traces.ends(ends));
      return {
        around: (own) => {
          const ends = traced(own);
          return aroundReports({ ...ends, ...chain.around(ends) });
        },
        aroundReports: (own) => aroundReports(traced(own)),
        orders: chain.orders,
        [Symbol.asyncDispose]: () => chain[Symbol.asyncDispose](),
      };
    },
  };
}
