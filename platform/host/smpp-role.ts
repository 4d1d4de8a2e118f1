import { hostname } from 'node:os';
import { join } from 'node:path';
import { smppClientConnector, VumiError } from '@vumi/core';
import { guardInbound, stampOf } from '@vumi/dispatch';
import { openLedger } from '@vumi/state';
import {
  startSmppServer,
  type ClientHandlers,
  type FoundMessage,
  type ServerClient,
  type SmppServer,
  type SmppServerConfig,
} from '@vumi/transports/smpp/server';
import { cancelMessage } from './cancellations.ts';
import { API_CONNECTOR } from './dispatch-role.ts';
import type { SandboxRolePorts } from './sandbox-role.ts';
import { startSmppHousekeeping } from './smpp-housekeeping.ts';
import { failForClient, submitForClient, type SmppSubmitPorts } from './smpp-submit.ts';
import type { TransportState } from './transport-manager.ts';

/** What the role `smpp` shows to whoever started it. */
export interface SmppRole extends AsyncDisposable {
  readonly port: number | null;
  readonly tlsPort: number | null;
  state(): TransportState;
}

/** How long a cancel_sm waits for a transport to decide. */
const CANCEL_WAIT_MS = 3000;
/** Between two looks at what waits for clients. */
const LONGEST_PAUSE_MS = 15_000;

/** Lets systems of accounts bind over SMPP. */
export async function startSmppRole(config: SmppServerConfig, shared: SandboxRolePorts): Promise<SmppRole> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startServer(config, shared, stack));
  const [keepMs, partsMs] = [config.keep_undelivered * 1000, config.parts_timeout * 1000];
  const everyMs = Math.min(LONGEST_PAUSE_MS, keepMs, partsMs);
  stack.use(startSmppHousekeeping({ ...shared, server, keepMs, everyMs }));
  const owned = stack.move();
  return {
    port: server.port,
    tlsPort: server.tlsPort,
    state: () => describe(server),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function startServer(
  config: SmppServerConfig,
  shared: SandboxRolePorts,
  stack: AsyncDisposableStack,
): Promise<SmppServer> {
  const { catalog, store, recorder, state, connectors, logger, clock } = shared;
  // Processes on one machine may share the folder, but not the port.
  const place = `${config.host}-${config.tls?.port ?? 'plain'}-${config.port}`.replaceAll(/[^\w.-]/g, '_');
  const ledger = stack.use(
    openLedger({ file: join(shared.config.data_dir, 'smpp-server', `${place}.ledger`) }),
  );
  const { outbound } = connectors.application(API_CONNECTOR);
  const sending: SmppSubmitPorts = {
    catalog,
    connectors,
    recorder,
    publishOutbound: (message) => outbound.publish(message),
  };
  return startSmppServer(config, {
    client: (systemId) => catalog.smppClient(systemId),
    isActive: (account) => catalog.table().isActive(account),
    verify: (systemId, password) => store.smppClients.verify(systemId, password),
    onClientsChanged: (listener) => catalog.onReload(listener),
    submit: (client, submission) => submitForClient(sending, client, submission),
    fail: (client, submission, reason) => failForClient(sending, client, submission, reason),
    find: (client, messageId) => findMessage(shared, client, messageId),
    cancel: async ({ account }, messageId) => {
      const wish = { account, messageId, waitMs: CANCEL_WAIT_MS, otherwise: 'take_back' } as const;
      return (await cancelMessage(store, wish)) === 'cancelled';
    },
    parts: store.smppParts,
    consume: (client, handlers) => consume(shared, client, handlers),
    recordInbound: (message, status) => recorder.inbound(message, stampOf(message), status),
    state,
    ledger,
    process: `${hostname()}:${shared.config.data_dir}:${place}`,
    logger,
    clock,
  });
}

async function consume(
  { connectors, catalog, recorder }: SandboxRolePorts,
  client: ServerClient,
  handlers: ClientHandlers,
): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const { inbound, event } = connectors.queues(smppClientConnector(client.system_id));
  const isActive = (account: string): boolean => catalog.table().isActive(account);
  const options = { prefetch: client.window };
  stack.use(await inbound.consume(guardInbound(handlers.inbound, { isActive, recorder }), options));
  stack.use(await event.consume(handlers.event, options));
  return stack.move();
}

async function findMessage(
  { store }: SandboxRolePorts,
  client: ServerClient,
  messageId: string,
): Promise<FoundMessage | null> {
  try {
    const {
      direction,
      from_addr: from,
      status,
      events,
    } = await store.messages.get(client.account, messageId);
    if (direction !== 'outbound') return null;
    return { from, status, changedAt: events.at(-1)?.timestamp ?? null };
  } catch (error) {
    if (error instanceof VumiError && error.code === 'not_found') return null;
    throw error;
  }
}

function describe(server: SmppServer): TransportState {
  const binds = [...server.binds()];
  const count = binds.reduce((sum, [, bound]) => sum + bound, 0);
  const names = binds.map(([systemId]) => systemId).join(', ');
  const message = count === 0 ? 'no client is bound' : `${count} binds: ${names}`;
  return { name: 'smpp_server', type: 'SMPP server', status: 'ok', message, gauges: { binds: count } };
}
