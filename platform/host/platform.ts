import { join } from 'node:path';
import { openLedger } from '@vumi/state';
import { transportEnd, type AppRef, type Logger } from '@vumi/core';
import { appConnectors, createAppQueues, guardOutbound } from '@vumi/dispatch';
import { prepareRunners } from '@vumi/sandbox';
import { openCatalog } from './catalog.ts';
import { startApiRole, type ApiRole } from './api-role.ts';
import type { Config, Role } from './config-schema.ts';
import { createConnectors } from './connectors.ts';
import { prepareDataFolder } from './data-folder.ts';
import { fallbackAppOf, publishFailure, startDispatchRole } from './dispatch-role.ts';
import { startHeartbeat } from './heartbeat.ts';
import { isOptedOut } from './optouts.ts';
import { startSandboxRole, type SandboxRole, type SandboxRolePorts } from './sandbox-role.ts';
import { startSchedulerRole } from './scheduler-role.ts';
import { openServers } from './servers.ts';
import { startSmppRole, type SmppRole } from './smpp-role.ts';
import { startTransportManager, type TransportManager } from './transport-manager.ts';

/** A running process of the platform. Disposal stops it in the reverse order of its start and loses nothing. */
export interface Platform extends AsyncDisposable {
  readonly config: Config;
  /** Null where this process does not run the role `api`. */
  readonly api: ApiRole | null;
  /** Null where no SMPP client can bind to this process. */
  readonly smpp: Pick<SmppRole, 'port' | 'tlsPort'> | null;
}

type Shared = SandboxRolePorts;

/** Starts the roles that the configuration names; what started is stopped again when something fails. */
export async function startPlatform(config: Config, logger: Logger): Promise<Platform> {
  await using stack = new AsyncDisposableStack();
  const runs = (role: Role): boolean => config.roles.includes(role);
  // While the database starts; what fails here fails again for whoever needs it.
  if (runs('sandbox') || runs('api')) prepareRunners(join(config.data_dir, 'snapshots')).catch(() => {});
  const shared = await openShared(config, logger, stack);

  if (runs('dispatch')) stack.use(await startDispatchRole(shared));
  const sandbox: SandboxRole | null = runs('sandbox') ? stack.use(await startSandboxRole(shared)) : null;
  if (runs('sandbox')) stack.use(startSchedulerRole(shared));
  const transports: TransportManager | null = runs('transports')
    ? stack.use(await startTransports(shared))
    : null;
  const smpp: SmppRole | null =
    runs('smpp') && config.smpp_server !== undefined
      ? stack.use(await startSmppRole(config.smpp_server, shared))
      : null;
  let api: ApiRole | null = null;
  const heartbeat = stack.use(
    startHeartbeat(
      {
        ...shared,
        report: () => ({
          transports: [...(transports?.states() ?? []), ...(smpp === null ? [] : [smpp.state()])],
          sandbox: sandbox?.status() ?? null,
          admin_token: api?.adminToken.id ?? null,
        }),
      },
      config.roles,
    ),
  );
  if (runs('api')) api = stack.use(await startApiRole({ ...shared, heartbeat }));
  const owned = stack.move();
  return { config, api, smpp, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function openShared(config: Config, logger: Logger, stack: AsyncDisposableStack): Promise<Shared> {
  await prepareDataFolder(config.data_dir);
  const { broker, state, store } = stack.use(await openServers(config, logger));
  await Promise.all(
    Object.entries(config.transports).map(([name, { type, ...options }]) =>
      store.transports.put(name, { type, config: options }),
    ),
  );
  const names = appConnectors(config.dispatch.sandbox_queues);
  return {
    config,
    broker,
    state,
    store,
    recorder: store.recorder,
    catalog: stack.use(await openCatalog(store, fallbackAppOf(config))),
    connectors: createConnectors(broker, config.roles.includes('dispatch')),
    appConnectors: names,
    connectorOf: createAppQueues(names) satisfies (ref: AppRef) => string,
    clock: Date.now,
    logger,
  };
}

function startTransports(shared: Shared): Promise<TransportManager> {
  const { config, broker, state, catalog, connectors } = shared;
  return startTransportManager({
    store: shared.store,
    logger: shared.logger,
    createPorts: async (name, logger) => {
      const ledger = openLedger({ file: join(config.data_dir, 'transports', `${name}.ledger`) });
      const end = transportEnd(connectors.transport(name));
      return {
        end: {
          ...end,
          onOutbound: (handler, options) =>
            end.onOutbound(
              guardOutbound(handler, {
                table: () => catalog.table(),
                isOptedOut: (owner, address) => isOptedOut(shared, owner, { address, byApp: true }),
                publishEvent: (event) => end.publishEvent(event),
                clock: shared.clock,
              }),
              options,
            ),
        },
        publishStatus: async (status) => {
          logger.info(
            { component: status.component, status: status.status, type: status.type },
            status.message,
          );
        },
        publishFailure: (failure) => publishFailure(broker, name, failure),
        state,
        ledger,
        logger,
        clock: shared.clock,
        random: Math.random,
        [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose](),
      };
    },
  });
}
