import {
  scheduleOf,
  type Clock,
  type Handler,
  type KeyedState,
  type Logger,
  type Subscription,
  type UserMessage,
  type AppRef,
  type Broker,
} from '@vumi/core';
import { appOf, guardInbound, stampOf, type MessageRecorder } from '@vumi/dispatch';
import { startSandbox, type Sandbox } from '@vumi/sandbox';
import type { Store } from '@vumi/store';
import { createAppLogWriter, type AppLogWriter } from './app-log-writer.ts';
import type { Catalog } from './catalog.ts';
import type { Config } from './config-schema.ts';
import type { Connectors } from './connectors.ts';
import { publishFailure } from './dispatch-role.ts';
import { loadVersion } from './version-code.ts';

/** Messages of one queue that wait for their handler, their effects or their row. */
const PREFETCH = 200;

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
  const { inbound, event } = ports.connectors.application(name);
  const handleInbound: Handler<UserMessage> = async (message, delivery) => {
    const ref = appOf(message);
    // A schedule is no message of anybody.
    const recorded =
      scheduleOf(message) === null
        ? ports.recorder.inbound(message, stampOf(message), ref === null ? 'unrouted' : 'received')
        : null;
    await Promise.all([recorded, ref === null ? null : sandbox.handleInbound(ref, message, delivery)]);
  };
  const options = { prefetch: PREFETCH, exclusive: true };
  return Promise.all([
    inbound.consume(
      guardInbound(handleInbound, {
        isActive: (account) => ports.catalog.table().isActive(account),
        recorder: ports.recorder,
      }),
      options,
    ),
    event.consume(async (message, delivery) => {
      const ref = appOf({ helper_metadata: message.helper_metadata });
      if (ref !== null && ports.catalog.table().isActive(ref.account))
        await sandbox.handleEvent(ref, message, delivery);
    }, options),
  ]);
}
