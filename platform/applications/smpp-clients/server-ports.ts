import { API_CONNECTOR, guardInbound, smppClientConnector, stampOf, VumiError } from '@vumi/core';
import { cancelMessage } from '@vumi/dispatch';
import type {
  ClientHandlers,
  FoundMessage,
  ServerClient,
  SmppServerPorts,
} from '@vumi/transports/smpp/server';
import type { SmppClientPorts } from './ports.ts';
import { failForClient, submitForClient, type SmppSubmitPorts } from './submit.ts';

/** How long a cancel_sm waits for a transport to decide. */
const CANCEL_WAIT_MS = 3000;

/** What the SMPP server asks of the platform, of which it knows neither brokers nor databases. */
export type PlatformSide = Omit<SmppServerPorts, 'state' | 'ledger' | 'process' | 'logger' | 'clock'>;

/** Answers the SMPP server: each client of it is an application (decision 0012). */
export function createPlatformSide(ports: SmppClientPorts): PlatformSide {
  const { catalog, store, recorder, ends, isUp, billing } = ports;
  const sender = ends.application(API_CONNECTOR);
  const sending: SmppSubmitPorts = {
    catalog,
    ends,
    recorder,
    isUp,
    publishOutbound: (message) => billing.send(message, (paid) => sender.publishOutbound(paid)),
  };
  return {
    client: (systemId) => catalog.smppClient(systemId),
    isActive: (account) => catalog.table().isActive(account),
    verify: (systemId, password) => store.smppClients.verify(systemId, password),
    onClientsChanged: (listener) => catalog.onReload(listener),
    submit: (client, submission) => submitForClient(sending, client, submission),
    fail: (client, submission, reason) => failForClient(sending, client, submission, reason),
    find: (client, messageId) => findMessage(ports, client, messageId),
    cancel: async ({ account }, messageId) => {
      const wish = { account, messageId, waitMs: CANCEL_WAIT_MS, otherwise: 'take_back' } as const;
      return (await cancelMessage(store, wish)) === 'cancelled';
    },
    parts: store.smppParts,
    consume: (client, handlers) => consume(ports, client, handlers),
    recordInbound: (message, status) => recorder.inbound(message, stampOf(message), status),
  };
}

async function consume(
  { ends, catalog, recorder }: SmppClientPorts,
  client: ServerClient,
  handlers: ClientHandlers,
): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const end = ends.application(smppClientConnector(client.system_id));
  const isActive = (account: string): boolean => catalog.table().isActive(account);
  const options = { prefetch: client.window };
  stack.use(await end.onInbound(guardInbound(handlers.inbound, { isActive, recorder }), options));
  stack.use(await end.onEvent(handlers.event, options));
  return stack.move();
}

async function findMessage(
  { store }: SmppClientPorts,
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
