import {
  createNack,
  deriveId,
  send,
  smppClientConnector,
  VumiError,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { stampMessage, stampOf, type RoutingTable, type Stamp } from '@vumi/dispatch';
import type { ServerClient, Submission } from '@vumi/transports/smpp/server';
import type { Catalog } from './catalog.ts';
import type { Connectors } from './connectors.ts';
import type { SandboxRolePorts } from './sandbox-role.ts';
import { requireActive } from './sender.ts';

export interface SmppSubmitPorts extends Pick<SandboxRolePorts, 'recorder'> {
  readonly catalog: Pick<Catalog, 'table'>;
  readonly connectors: Pick<Connectors, 'queues'>;
  readonly publishOutbound: (message: UserMessage) => Promise<void>;
}

/** By which transport a message leaves, and from whom it is. */
interface Way {
  readonly transport: string;
  readonly from: string | null;
}

/** Sends a message of an SMPP client, as `sendForAccount` sends one of the API. */
export async function submitForClient(
  ports: SmppSubmitPorts,
  client: ServerClient,
  submission: Submission,
): Promise<void> {
  const table = ports.catalog.table();
  requireActive(table, client.account);
  await ports.publishOutbound(messageOf(client, submission, findWay(table, client, submission.from)));
}

/** Records a message that will not be sent, and tells its client when he wants to hear of it. */
export async function failForClient(
  ports: SmppSubmitPorts,
  client: ServerClient,
  submission: Submission,
  reason: string,
): Promise<void> {
  const message = messageOf(client, submission, { transport: '', from: submission.from });
  const stamp = stampOf(message);
  const nack = createNack(
    {
      event_id: deriveId(message.message_id, 'smpp-server-nack'),
      user_message_id: message.message_id,
      transport_name: '',
      transport_metadata: { outcome: 'expired' },
    },
    reason,
  );
  await Promise.all([ports.recorder.outbound(message, stamp, 'failed'), ports.recorder.event(nack)]);
  const { sender } = stamp ?? {};
  if (sender?.events.includes('nack') !== true) return;
  const event: TransportEvent = { ...nack, helper_metadata: { vumi: stamp } };
  await ports.connectors.queues(sender.connector).event.publish(event);
}

/** The sender that the client names must be routed to its account, or be one that the operator allows it. */
function findWay(table: RoutingTable, client: ServerClient, named: string): Way {
  const { account, source_addr: usual } = client;
  const transport = client.transport ?? undefined;
  const via = transport === undefined ? {} : { transport };
  const from = named === '' ? usual : named;
  if (from === null) {
    const route = table.outboundRoute(account, via);
    return checkWay(
      table,
      client,
      route === null ? { transport, from } : { transport: route.transport, from: route.to_addr },
    );
  }
  for (const spelled of spellings(from)) {
    const route = table.outboundRoute(account, { from: spelled, ...via });
    if (route !== null) return { transport: route.transport, from: spelled };
  }
  if (from !== usual && !mayUse(client, from)) {
    throw new VumiError(
      'route.none',
      `"${from}" is not routed to account "${account}" and not among the source_addrs of its SMPP client`,
    );
  }
  return checkWay(table, client, {
    transport: transport ?? table.outboundRoute(account, {})?.transport,
    from,
  });
}

function checkWay(
  table: RoutingTable,
  { account, system_id: systemId }: ServerClient,
  { transport, from }: { transport: string | undefined; from: string | null },
): Way {
  if (transport === undefined) {
    throw new VumiError(
      'route.none',
      `account "${account}" has no route: add one, or set the transport of its SMPP client "${systemId}"`,
    );
  }
  if (table.transports.has(transport)) return { transport, from };
  throw new VumiError('route.none', `there is no transport "${transport}" for SMPP client "${systemId}"`);
}

function mayUse({ source_addrs: allowed }: ServerClient, from: string): boolean {
  return allowed.includes('*') || spellings(from).some((one) => allowed.includes(one));
}

/** International numbers come with and without their plus. */
function spellings(address: string): string[] {
  if (/^\d+$/.test(address)) return [address, `+${address}`];
  return address.startsWith('+') ? [address, address.slice(1)] : [address];
}

function messageOf(client: ServerClient, submission: Submission, way: Way): UserMessage {
  const { messageId, to, content, metadata, receipt } = submission;
  const stamp: Stamp = { account: client.account, app: null };
  const sender = {
    connector: smppClientConnector(client.system_id),
    events: receipt?.events ?? [],
    note: receipt?.note ?? null,
  };
  return stampMessage(
    {
      ...send(to, content),
      message_id: messageId,
      transport_name: way.transport,
      from_addr: way.from,
      transport_metadata: { ...metadata },
    },
    { ...stamp, sender },
  );
}
