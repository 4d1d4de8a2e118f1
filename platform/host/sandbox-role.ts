import { appOf, openAnswer, routingKey, type FailureMessage, type UserMessage } from '@vumi/core';
import { sandboxMeasures } from '@vumi/measures';
import {
  consumeForApps,
  loadVersion,
  sealAnswers,
  startSandbox,
  type Run,
  type Sandbox,
} from '@vumi/sandbox';
import { createAppLogWriter, type AppLogWriter } from '@vumi/store';
import type { WorkerParts } from './parts.ts';
import { networkOf } from './network-of.ts';
import { createSegmentSums } from './segment-sums.ts';

export interface SandboxRole extends AsyncDisposable {
  status(): ReturnType<Sandbox['status']>;
}

/** Runs the hosted apps of the queues that this process gets. */
export async function startSandboxRole(ports: WorkerParts): Promise<SandboxRole> {
  await using stack = new AsyncDisposableStack();
  const log = stack.use(createAppLogWriter(ports.store.logs, ports.logger));
  const sandbox = stack.use(await openSandbox(ports, log));
  stack.use(
    await consumeForApps(sandbox, {
      connectors: ports.appConnectors,
      endOf: (name) => ports.ends.application(name),
      broker: ports.broker,
      isActive: (account) => ports.catalog.table().isActive(account),
      recorder: ports.recorder,
    }),
  );
  const owned = stack.move();
  return { status: () => sandbox.status(), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function openSandbox(ports: WorkerParts, log: AppLogWriter): Promise<Sandbox> {
  const { config, store, catalog, ends, connectorOf, logger } = ports;
  const segmentsOf = createSegmentSums(catalog);
  // "async", so that what cannot be counted rejects instead of throwing.
  const record = async ({ sent, ...run }: Run): Promise<void> =>
    store.runs.record({ ...run, segments: segmentsOf(run, sent) });
  const recordRun = (run: Run): void => {
    measureRun(run);
    record(run).catch((error: unknown) => {
      logger.warn({ error, app: run.app, message_id: run.message_id }, 'a run could not be recorded');
    });
  };
  return startSandbox(
    { ...config.sandbox, limits: config.limits },
    {
      state: sealAnswers(ports.state, store.accountKeys, logger),
      openAnswer: (message) => openAnswer(message, store.accountKeys, logger),
      logger,
      clock: ports.appClock,
      liveVersions: (ref) => catalog.table().liveVersions(ref),
      loadVersion: (ref, version) => loadVersion(store, ref, version),
      settings: (ref) => catalog.settings(ref),
      endpoints: (ref) => catalog.table().endpointsOf(ref),
      networkOf: (ref, endpoint) => networkOf(catalog, ref, endpoint),
      publishOutbound: (message) => {
        const ref = appOf(message);
        if (ref === null) throw new TypeError('a sandboxed app sent a message without a stamp');
        return ends.application(connectorOf(ref)).publishOutbound(message);
      },
      publishFailure: (failure) => {
        const connector = failureConnector(failure.message, ports);
        return ends.publishFailure(connector, { ...failure, queue: queueOfFailed(failure, connector) });
      },
      records: store.records,
      applyStoreEffects: (effects) => store.effects.apply(effects),
      log: (entry) => log.write(entry),
      recordRun: ports.traces?.runs(recordRun) ?? recordRun,
    },
  );
}

function measureRun({ account, app, outcome, cost }: Run): void {
  const { runs, cpuSeconds, waitSeconds, runSeconds } = sandboxMeasures;
  runs.add(1, account, app, outcome);
  cpuSeconds.add(cost.cpu_us / 1e6, account, app);
  waitSeconds.observe(cost.wait_ms / 1000);
  runSeconds.observe(cost.wall_ms / 1000, cost.cold ? 'cold' : 'warm');
}

/** An app's failures lie beside the queue that its messages came from. */
function failureConnector(message: unknown, ports: WorkerParts): string {
  const ref = typeof message === 'object' && message !== null ? appOf(message as UserMessage) : null;
  return ref === null ? 'sandbox' : ports.connectorOf(ref);
}

/** Where its app takes it from again. */
function queueOfFailed({ message }: FailureMessage, connector: string): string {
  const { message_type: type } = (message ?? {}) as { readonly message_type?: unknown };
  return routingKey(connector, type === 'event' ? 'event' : 'inbound');
}
