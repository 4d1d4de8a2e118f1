import { join } from 'node:path';
import { API_CONNECTOR, type AppRef, type Clock, type Logger } from '@vumi/core';
import {
  appConnectors,
  createAppQueues,
  createBilling,
  createSegmentCounts,
  fallbackAppOf,
  shareCatalog,
  watchConnectors,
} from '@vumi/dispatch';
import { watchDisk } from '@vumi/machine';
import { followSpecs, type RuntimeServices, type Supervisor, type WorkerType } from '@vumi/runtime';
import { prepareRunners } from '@vumi/sandbox';
import type { ApiRole } from './api-role.ts';
import { ROLES, type Config, type Role } from './config-schema.ts';
import { readTransports } from './configured-transports.ts';
import { readWorkers } from './configured-workers.ts';
import { prepareDataFolder } from './data-folder.ts';
import { metricWorkers, publishMetrics } from './metrics.ts';
import { openHttpHub } from './http-hub.ts';
import { offeredTransports } from './offered-transports.ts';
import type { PlatformParts } from './parts.ts';
import { platformWorkers, type StartedRoles } from './platform-workers.ts';
import { openProbe, type ProcessProbe } from './probe/process-probe.ts';
import { SMPP_SERVER } from './processes.ts';
import { createServices } from './runtime-services.ts';
import { openServers } from './servers.ts';
import type { SmppRole } from './smpp-role.ts';
import { openSupervision, supervisorName, type Supervision } from './supervision.ts';
import { supervisorWorker } from './supervisor-worker.ts';
import { openTraces, tracedServers } from './traces.ts';
import { transportRows } from './transport-rows.ts';
import { workerTypes } from './worker-types.ts';
import { createMultiWorker } from './worker/multi-worker.ts';

/** A running process of the platform. Disposal stops it in the reverse order of its start and loses nothing. */
export interface Platform extends AsyncDisposable {
  readonly config: Config;
  /** Null where this process does not run the role `api`. */
  readonly api: ApiRole | null;
  /** Null where no SMPP client can bind to this process. */
  readonly smpp: Pick<SmppRole, 'port' | 'tlsPort'> | null;
}

/** What each role is short for: names of workers and their types. Transports are what the store lists. */
const WORKERS_OF: Readonly<Record<Role, Readonly<Record<string, string>>>> = {
  dispatch: {
    dispatcher: 'platform_dispatcher',
    webhooks: 'webhooks',
    interfaces: 'interfaces',
    failures: 'failure_worker',
    alerts: 'alerts',
    messages: 'message_keeper',
    metric_series: 'metric_series',
    records: 'record_keeper',
  },
  sandbox: { sandbox: 'sandbox', scheduler: 'scheduler', rollouts: 'rollouts' },
  transports: {},
  smpp: { [SMPP_SERVER]: SMPP_SERVER },
  api: { smsc_simulator: 'smsc_simulator', api: 'api' },
};

/** Starts the roles that the configuration names; what started is stopped again when something fails. */
export async function startPlatform(
  config: Config,
  logger: Logger,
  appClock: Clock = Date.now,
): Promise<Platform> {
  await using stack = new AsyncDisposableStack();
  const runs = (role: Role): boolean => config.roles.includes(role);
  // While the database starts; what fails here fails again for whoever needs it.
  if (runs('sandbox') || runs('api')) prepareRunners(join(config.data_dir, 'snapshots')).catch(() => {});
  const started: StartedRoles = { api: null, smpp: null, simulator: null };
  const probe = stack.use(await openProbe(config, { atApi: runs('api') }));
  const { supervision, parts } = await openRuntime(config, logger, { stack, started, probe, appClock });
  const { supervisor } = supervision;
  for (const publisher of publishMetrics(config.metrics, { ...parts, supervisor })) stack.use(publisher);
  const workers = readWorkers(config.workers);
  for (const worker of workers) supervisor.check(worker);

  const start = async (role: Role): Promise<void> => {
    if (!runs(role)) return;
    for (const [name, type] of Object.entries(WORKERS_OF[role])) {
      const section = sectionOf(type, config);
      await supervisor.startOrThrow({ name, type, config: section, origin: 'built-in' });
    }
  };
  await startWatching(supervisor, config);
  if (runs('dispatch')) for (const spec of metricWorkers(config.metrics)) await supervisor.startOrThrow(spec);
  await start('dispatch');
  await start('sandbox');
  if (runs('transports')) stack.use(await followSpecs(transportRows(parts.store), supervisor, logger));
  for (const worker of workers) await supervisor.startOrThrow({ ...worker, origin: 'configuration' });
  if (config.smpp_server !== undefined) await start('smpp');
  await start('api');
  await supervision.listen();
  probe.running(stack);
  const owned = stack.move();
  const { api, smpp } = started;
  return { config, api, smpp, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** In each process: when one dies, another one misses it. */
async function startWatching(supervisor: Supervisor, { heartbeats }: Config): Promise<void> {
  const { system_id, alert_after } = heartbeats;
  const options = { component_statuses: { system_id }, heartbeat_monitor: { system_id, alert_after } };
  for (const [type, config] of Object.entries(options))
    await supervisor.startOrThrow({ name: type, type, config, origin: 'built-in' });
}

/** What the configuration says of a worker of a role. */
function sectionOf(type: string, config: Config): object {
  if (type === 'platform_dispatcher') return config.dispatch;
  if (type === 'webhooks') return config.webhooks;
  const apps = appConnectors(config.dispatch.sandbox_queues);
  if (type === 'alerts') return { ...config.alerts, connectors: apps };
  if (type === 'message_keeper') return config.messages;
  if (type !== 'failure_worker') return {};
  // Where the platform's own workers leave what they could not handle.
  const own = [...apps, API_CONNECTOR, 'sandbox'];
  return { ...config.failures, connectors: own };
}

interface Opening {
  readonly stack: AsyncDisposableStack;
  readonly started: StartedRoles;
  readonly probe: ProcessProbe;
  readonly appClock: Clock;
}

/** Everything that workers need, and the supervisor of this process, which tells of them. */
async function openRuntime(
  config: Config,
  logger: Logger,
  { stack, started, probe, appClock }: Opening,
): Promise<{ supervision: Supervision; parts: PlatformParts }> {
  await prepareDataFolder(config.data_dir);
  const plain = stack.use(await openServers(config, logger));
  const traces = stack.use(await openTraces(config, plain));
  const servers = { ...tracedServers(plain, traces), store: plain.store };
  const { broker, state, store } = servers;
  await Promise.all(
    readTransports(config.transports).map(({ name, ...row }) => store.transports.put(name, row)),
  );
  const queues = appConnectors(config.dispatch.sandbox_queues);
  const catalog = stack.use(await shareCatalog(store, fallbackAppOf(config.dispatch)));
  const watching = { table: () => catalog.table(), broker, state, clock: Date.now, logger };
  const health = stack.use(watchConnectors(watching));
  const parts: PlatformParts = {
    config,
    broker,
    state,
    store,
    recorder: store.recorder,
    catalog,
    billing: createBilling({
      catalog,
      credits: store.credits,
      countSegments: createSegmentCounts(offeredTransports, catalog),
      logger,
    }),
    isUp: (transport) => health.isUp(transport),
    appConnectors: queues,
    connectorOf: createAppQueues(queues) satisfies (ref: AppRef) => string,
    clock: Date.now,
    appClock,
    logger,
    traces,
  };
  const exchanges = stack.use(store.exchanges.openBook(config.exchanges));
  const http = stack.use(openHttpHub(config, state, { logger, traces }));
  const identity = {
    name: supervisorName(config, ROLES),
    parent: config.supervisor.parent ?? null,
    roles: config.roles,
    probeUrl: () => probe.url ?? started.api?.url ?? null,
  };
  const disk = stack.use(await watchDisk(config.data_dir));
  const multiWorker = createMultiWorker(() => services);
  const startable = [...workerTypes, multiWorker, supervisorWorker(config, identity.name)];
  const types: WorkerType[] = [...startable];
  const sharing = { types, http, exchanges, traces, dataDir: config.data_dir, logger };
  const services: RuntimeServices = createServices(servers, sharing);
  const { heartbeats } = config;
  const supervision = openSupervision(identity, services, { startable, heartbeats, stack, disk });
  types.push(...platformWorkers({ parts, started, http, supervision, probe }));
  probe.watch(services, supervision.supervisor);
  return { supervision, parts };
}
