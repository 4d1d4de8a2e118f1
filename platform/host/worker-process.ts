import { join } from 'node:path';
import { findType, VumiError, type Logger } from '@vumi/core';
import { watchDisk } from '@vumi/machine';
import type { RuntimeServices, Supervisor, WorkerSpec, WorkerType } from '@vumi/runtime';
import { openStore, type Store } from '@vumi/store';
import type { Config } from './config-schema.ts';
import { prepareDataFolder } from './data-folder.ts';
import { openHttpHub } from './http-hub.ts';
import { openProbe } from './probe/process-probe.ts';
import { publishMetrics } from './metrics.ts';
import { createServices } from './runtime-services.ts';
import { openBroker, openState } from './servers.ts';
import { supervisorWorker } from './supervisor-worker.ts';
import { openSupervision } from './supervision.ts';
import { openTraces, tracedServers } from './traces.ts';
import { workerTypes } from './worker-types.ts';
import { createMultiWorker } from './worker/multi-worker.ts';

/** A process that runs workers without the rest of the platform. */
export interface WorkerProcess extends AsyncDisposable {
  readonly supervisor: Supervisor;
  /** Where it shows `/metrics`, `/healthz` and `/readyz`; null: nowhere. */
  readonly probeUrl: string | null;
}

/** A process among supervisors: control messages reach it by its name; `parent`: under which it is listed. */
interface ProcessName {
  readonly name: string;
  readonly parent?: string | null;
}

interface WorkerSurroundings {
  readonly config: Config;
  readonly logger: Logger;
  /** Beside those of the registry, such as one of a file. */
  readonly more?: readonly WorkerType[];
}

/**
 * Runs workers on a broker (`vumi worker`), in order; what started is stopped again when one fails. It runs, too, what it
 * is told to at run time, and what it was told to in an earlier life. The database is opened where one is named; without, state is kept in a folder of the process unless
 * Redis is named. Queues of either type are used as they are found. Throws `config.invalid` for a type that needs a
 * database where none is named, and without a broker, which only a MultiWorker can do without: its workers have each other.
 */
export async function startWorkerProcess(
  { name, parent = null }: ProcessName,
  specs: readonly Omit<WorkerSpec, 'origin'>[],
  { config, logger, more = [] }: WorkerSurroundings,
): Promise<WorkerProcess> {
  let services: RuntimeServices | null = null;
  const multiWorker = createMultiWorker(() => {
    if (services === null) throw new TypeError('a worker was started before what it works with');
    return services;
  });
  const types = [...more, ...workerTypes, multiWorker, supervisorWorker(config, name)];
  // Before anything is opened: a mistyped word is told at once.
  const found = specs.map(({ type }) => findType(types, type, { kind: 'worker type' }));
  if (config.broker.url === undefined && !found.includes(multiWorker)) {
    const text =
      'a worker of its own reaches the others through a broker: set VUMI_BROKER_URL, or run them together as multi_worker';
    throw new VumiError('config.invalid', text, { field: 'broker' });
  }
  await using stack = new AsyncDisposableStack();
  const probe = stack.use(await openProbe(config, { atApi: false }));
  await prepareDataFolder(config.data_dir);
  const dataDir = join(config.data_dir, 'processes', name);
  const plain = {
    broker: stack.use(await openBroker(config, logger)),
    state: stack.use(await openState({ ...config, data_dir: dataDir }, logger)),
  };
  const traces = stack.use(await openTraces(config, plain));
  const { broker, state } = tracedServers(plain, traces);
  const store = stack.use(await openNamedStore(config, logger));
  const exchanges = store === null ? null : stack.use(store.exchanges.openBook(config.exchanges));
  const http = stack.use(openHttpHub(config, state, { logger, traces }));
  services = createServices({ broker, state, store }, { types, http, exchanges, traces, dataDir, logger });
  const identity = { name, parent, roles: [], probeUrl: () => probe.url };
  const disk = stack.use(await watchDisk(config.data_dir));
  const { heartbeats } = config;
  const supervising = { startable: types, heartbeats, stack, disk };
  const { supervisor, listen } = openSupervision(identity, services, supervising);
  probe.watch(services, supervisor);
  for (const publisher of publishMetrics(config.metrics, { broker, store: null, supervisor, logger }))
    stack.use(publisher);
  for (const spec of specs) await supervisor.startOrThrow({ ...spec, origin: 'configuration' });
  await listen();
  probe.running(stack);
  const owned = stack.move();
  return { supervisor, probeUrl: probe.url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function openNamedStore({ database }: Config, logger: Logger): Promise<Store | null> {
  return database.url === undefined ? null : openStore({ url: database.url, logger });
}
