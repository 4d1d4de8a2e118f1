import type { Store } from '@vumi/store';
import {
  routingKey,
  type Broker,
  type Clock,
  type FailureMessage,
  type Logger,
  type KeyedState,
  type Subscription,
} from '@vumi/core';
import {
  createContentKeywordRouter,
  createDispatcher,
  createEventRoutes,
  createSessions,
  createSimpleDispatchRouter,
  createStopWords,
  type Dispatcher,
  type MessageRecorder,
} from '@vumi/dispatch';
import type { AppRef } from '@vumi/core';
import { createAppLogWriter, type AppLogWriter } from './app-log-writer.ts';
import type { Catalog } from './catalog.ts';
import type { Config } from './config-schema.ts';
import type { Connectors } from './connectors.ts';
import { readReceiver } from './receivers.ts';
import { isOptedOut, noteStop } from './optouts.ts';

/** The connector by which the API sends for accounts. */
export const API_CONNECTOR = 'api';

const QUEUE_PREFETCH = 200;
/** Calls wait for nobody's acknowledgement, so their bound only keeps a flood from filling the memory. */
const CALL_PREFETCH = 2000;

export interface DispatchRolePorts {
  readonly config: Config;
  readonly broker: Broker;
  readonly state: KeyedState;
  readonly store: Pick<Store, 'optouts' | 'effects' | 'logs'>;
  readonly recorder: MessageRecorder;
  readonly catalog: Catalog;
  readonly connectors: Connectors;
  readonly appConnectors: readonly string[];
  readonly connectorOf: (ref: AppRef) => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Joins transports and applications, near ones by calls and far ones by queues, as long as it is not disposed. */
export async function startDispatchRole(ports: DispatchRolePorts): Promise<AsyncDisposable> {
  await using subscriptions = new AsyncDisposableStack();
  const log = subscriptions.use(createAppLogWriter(ports.store.logs, ports.logger));
  const dispatcher = composeDispatcher(ports, log);
  const wired = Object.values(ports.config.dispatch.route_mappings).flat();
  for (const name of [...ports.appConnectors, API_CONNECTOR, ...wired]) {
    await joinApplication(name, dispatcher, ports, subscriptions);
  }
  const transports = new Map<string, Promise<Subscription[]>>();
  const joinNew = async (): Promise<void> => {
    const wanted = new Set([
      ...ports.catalog.table().transports,
      ...Object.keys(ports.config.dispatch.route_mappings),
    ]);
    for (const name of wanted) {
      if (transports.has(name)) continue;
      const joining = joinTransport(name, dispatcher, ports);
      transports.set(name, joining);
      // The next change of the store tries again.
      joining.catch(() => transports.delete(name));
    }
    await Promise.all(transports.values());
  };
  await joinNew();
  ports.catalog.onReload(() => {
    joinNew().catch((error: unknown) => ports.logger.error({ error }, 'cannot consume from a transport'));
  });
  subscriptions.defer(async () => {
    const joined = await Promise.allSettled(transports.values());
    const open = joined.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    await Promise.all(open.map((subscription) => subscription[Symbol.asyncDispose]()));
  });
  return subscriptions.move();
}

function composeDispatcher(ports: DispatchRolePorts, log: AppLogWriter): Dispatcher {
  const { config, catalog, connectors, state } = ports;
  const byKeyword = createContentKeywordRouter(
    { fallbackApp: fallbackAppOf(config) },
    {
      table: () => catalog.table(),
      connectorOf: ports.connectorOf,
      sessions: createSessions(state),
      eventRoutes: createEventRoutes(state),
    },
  );
  const mappings = config.dispatch.route_mappings;
  const simple = createSimpleDispatchRouter(
    { routeMappings: mappings, transportMappings: config.dispatch.transport_mappings },
    (name) => catalog.table().transports.has(name) || name in mappings,
    ports.logger,
  );
  const wired = new Set([...Object.keys(mappings), ...Object.values(mappings).flat()]);
  return createDispatcher({
    routerFor: (connector) => (connector !== null && wired.has(connector) ? simple : byKeyword),
    isActive: (account) => catalog.table().isActive(account),
    isOptedOut: (owner, address, source) =>
      isOptedOut(ports, owner, { address, byApp: source !== API_CONNECTOR }),
    heedStop: createStopWords({
      table: () => catalog.table(),
      note: (account, message, wish) => noteStop(ports.store.effects, account, message, wish),
    }),
    readReceiver: (connector, address) => readReceiver(catalog, connector, address),
    recorder: ports.recorder,
    publishInbound: (connector, message) => connectors.queues(connector).inbound.publish(message),
    publishEvent: (connector, event) => connectors.queues(connector).event.publish(event),
    publishOutbound: (connector, message) => connectors.queues(connector).outbound.publish(message),
    publishFailure: (connector, failure) => publishFailure(ports.broker, connector, failure),
    tellAuthor: ({ message_id, to_addr }, ref, reason) =>
      log.write({
        ...ref,
        level: 'error',
        text: `a message to ${to_addr} was not sent: ${reason}`,
        message_id,
        fields: { reason: 'route' },
        timestamp: new Date(ports.clock()).toISOString(),
      }),
    logger: ports.logger,
  });
}

/** Puts a failure where operators look for it: `<connector>.failures`. */
export function publishFailure(broker: Broker, connector: string, failure: FailureMessage): Promise<void> {
  return broker.publish(routingKey(connector, 'failures'), JSON.stringify(failure));
}

async function joinApplication(
  name: string,
  dispatcher: Dispatcher,
  ports: DispatchRolePorts,
  subscriptions: AsyncDisposableStack,
): Promise<void> {
  const far = ports.connectors.queues(name).outbound;
  const near = ports.connectors.application(name).outbound;
  const flows = near === far ? [far] : [far, near];
  for (const flow of flows) {
    const prefetch = flow === far ? QUEUE_PREFETCH : CALL_PREFETCH;
    subscriptions.use(await flow.consume((message) => dispatcher.outbound(message, name), { prefetch }));
  }
}

async function joinTransport(
  name: string,
  dispatcher: Dispatcher,
  ports: DispatchRolePorts,
): Promise<Subscription[]> {
  const far = ports.connectors.queues(name);
  const near = ports.connectors.transport(name);
  const join = (connector: typeof far, prefetch: number): Promise<Subscription>[] => [
    connector.inbound.consume((message) => dispatcher.inbound(message), { prefetch }),
    connector.event.consume((event) => dispatcher.event(event), { prefetch }),
  ];
  const called = near.inbound === far.inbound ? [] : join(near, CALL_PREFETCH);
  return Promise.all([...join(far, QUEUE_PREFETCH), ...called]);
}

/** The app that gets what no route matches. */
export function fallbackAppOf({ dispatch }: Config): AppRef | null {
  const [account, app] = dispatch.fallback_app?.split('/') ?? [];
  return account === undefined || app === undefined ? null : { account, app };
}
