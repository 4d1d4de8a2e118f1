import type { FlowMessages } from '@vumi/broker';
import {
  FLOW_PARSERS,
  routingKey,
  scheduleOf,
  type Clock,
  type Delivery,
  type Flow,
  type Handler,
  type KeyedState,
  type Logger,
  type Subscription,
  type TransportEvent,
  type UserMessage,
  type AppRef,
  type Broker,
} from '@vumi/core';
import { appOf, guardInbound, stampOf, type MessageRecorder } from '@vumi/dispatch';
import { systemMachine } from '@vumi/machine';
import { startSandbox, type Sandbox } from '@vumi/sandbox';
import type { Store } from '@vumi/store';
import { AppShares } from './app-shares.ts';
import { createAppLogWriter, type AppLogWriter } from './app-log-writer.ts';
import type { Catalog } from './catalog.ts';
import type { Config } from './config-schema.ts';
import type { Connectors } from './connectors.ts';
import { publishFailure } from './dispatch-role.ts';
import { loadVersion } from './version-code.ts';

/** Messages of one queue that wait for their handler, their effects or their row. */
const PREFETCH = 400;
/** The same for what was moved aside, of apps whose handlers take long. */
const SIDE_PREFETCH = 200;
const PATIENCE_MS = 1000;

export interface SandboxRolePorts {
  readonly config: Config;
  readonly broker: Broker;
  readonly state: KeyedState;
  readonly store: Store;
  readonly recorder: MessageRecorder;
  readonly catalog: Catalog;
  readonly connectors: Connectors;
  readonly appConnectors: readonly string[];
  readonly connectorOf: (ref: AppRef) => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface SandboxRole extends AsyncDisposable {
  status(): ReturnType<Sandbox['status']>;
}

/** Runs the hosted apps of the queues that this process gets. */
export async function startSandboxRole(ports: SandboxRolePorts): Promise<SandboxRole> {
  await using stack = new AsyncDisposableStack();
  const log = stack.use(createAppLogWriter(ports.store.logs, ports.logger));
  const sandbox = stack.use(await openSandbox(ports, log));
  for (const name of ports.appConnectors) {
    for (const subscription of await consume(name, sandbox, ports)) stack.use(subscription);
  }
  const owned = stack.move();
  return { status: () => sandbox.status(), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function openSandbox(ports: SandboxRolePorts, log: AppLogWriter): Promise<Sandbox> {
  const { config, store, catalog, connectors, connectorOf, logger } = ports;
  return startSandbox(
    { ...config.sandbox, limits: config.limits },
    {
      state: ports.state,
      logger,
      clock: ports.clock,
      liveVersions: (ref) => catalog.table().liveVersions(ref),
      loadVersion: (ref, version) => loadVersion(store, ref, version),
      settings: (ref) => catalog.settings(ref),
      endpoints: (ref) => catalog.table().endpointsOf(ref),
      publishOutbound: (message) => {
        const ref = appOf(message);
        if (ref === null) throw new TypeError('a sandboxed app sent a message without a stamp');
        return connectors.application(connectorOf(ref)).outbound.publish(message);
      },
      publishFailure: (failure) =>
        publishFailure(ports.broker, failureConnector(failure.message, ports), failure),
      records: store.records,
      applyStoreEffects: (effects) => store.effects.apply(effects),
      log: (entry) => log.write(entry),
      recordRun: (run) => {
        store.runs.record(run).catch((error: unknown) => {
          logger.warn({ error, app: run.app, message: run.message_id }, 'a run could not be recorded');
        });
      },
    },
  );
}

/** An app's failures lie beside the queue that its messages came from. */
function failureConnector(message: unknown, ports: SandboxRolePorts): string {
  const ref = typeof message === 'object' && message !== null ? appOf(message as UserMessage) : null;
  return ref === null ? 'sandbox' : ports.connectorOf(ref);
}

/** A row must be written before its message is acknowledged, but nothing waits for it. */
async function consume(name: string, sandbox: Sandbox, ports: SandboxRolePorts): Promise<Subscription[]> {
  const handleInbound: Handler<UserMessage> = async (message, delivery) => {
    const ref = appOf(message);
    // A schedule is no message of anybody.
    const recorded =
      scheduleOf(message) === null
        ? ports.recorder.inbound(message, stampOf(message), ref === null ? 'unrouted' : 'received')
        : null;
    await Promise.all([recorded, ref === null ? null : sandbox.handleInbound(ref, message, delivery)]);
  };
  const guarded = guardInbound(handleInbound, {
    isActive: (account) => ports.catalog.table().isActive(account),
    recorder: ports.recorder,
  });
  const handleEvent: Handler<TransportEvent> = async (event, delivery) => {
    const ref = appOf(event);
    if (ref !== null && ports.catalog.table().isActive(ref.account))
      await sandbox.handleEvent(ref, event, delivery);
  };
  const subscriptions = await Promise.all([
    consumeFairly({ name, kind: 'inbound', handle: guarded }, ports),
    consumeFairly({ name, kind: 'event', handle: handleEvent }, ports),
  ]);
  return subscriptions.flat();
}

/**
 * Consumes a queue of apps so that none of them gets in the way of the others (app-shares.ts). The side queue is taken
 * in the same order by each process, so that it goes with the queue when one dies.
 */
async function consumeFairly<K extends 'inbound' | 'event'>(
  { name, kind, handle }: { name: string; kind: K; handle: Handler<FlowMessages[K]> },
  { broker, connectors }: SandboxRolePorts,
): Promise<Subscription[]> {
  const flow = connectors.application(name)[kind] as Flow<FlowMessages[K]>;
  const parse = FLOW_PARSERS[kind] as (body: string) => FlowMessages[K];
  const side = `${routingKey(name, kind)}.slow`;
  const shares = new AppShares<FlowMessages[K]>({
    window: PREFETCH,
    patienceMs: PATIENCE_MS,
    now: () => systemMachine().given(),
    handle,
    park: (message) => broker.publish(side, JSON.stringify(message)),
  });
  const take: Handler<FlowMessages[K]> = async (message, delivery) => {
    const ref = appOf(message);
    await (ref === null ? handle(message, delivery) : shares.take(ref, message, delivery));
  };
  const takeParked = async (body: string, delivery: Delivery): Promise<void> => {
    const message = parse(body);
    const ref = appOf(message);
    await (ref === null ? handle(message, delivery) : shares.takeParked(ref, message, delivery));
  };
  const sideOptions = {
    prefetch: SIDE_PREFETCH,
    exclusive: true,
    failuresKey: routingKey(name, 'failures'),
  };
  return [
    await flow.consume(take, { prefetch: PREFETCH, exclusive: true }),
    await broker.consume(side, takeParked, sideOptions),
  ];
}
