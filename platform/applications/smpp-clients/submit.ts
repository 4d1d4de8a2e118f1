import {
  addressKey,
  createNack,
  deriveId,
  send,
  smppClientConnector,
  stampMessage,
  stampOf,
  VumiError,
  type Stamp,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { requireActive, type Catalog, type RouteTable } from '@vumi/dispatch';
import type { ServerClient, Submission } from '@vumi/transports/smpp/server';
import type { EndPorts } from '@vumi/runtime';
import type { SmppClientPorts } from './ports.ts';

export interface SmppSubmitPorts extends Pick<SmppClientPorts, 'recorder' | 'isUp'> {
  readonly catalog: Pick<Catalog, 'table'>;
  readonly ends: Pick<EndPorts, 'receiveOutbound'>;
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
  const sharing = { user: addressKey(submission.to), isUp: ports.isUp };
  const way = findWay(table, client, { from: submission.from, sharing });
  await ports.publishOutbound(messageOf(client, submission, way));
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
  await ports.ends.receiveOutbound(sender.connector).publishEvent(event);
}

/**
 * The sender that the client names must be its account's, or be one that the operator allows it; without one it is that
 * of the route which leads to the client, else of the account's.
 */
function findWay(
  table: RouteTable,
  client: ServerClient,
  { from: named, sharing }: { readonly from: string; readonly sharing: Sharing },
): Way {
  const { account, source_addr: usual, system_id: systemId } = client;
  const transport = client.transport ?? undefined;
  const from = named === '' ? usual : named;
  const way =
    from === null
      ? wayWithoutSender(table, client, sharing)
      : wayIfAny(table, account, { ...sharing, from, transport });
  if (way !== null) return checkWay(table, client, { transport: way.transport, from: way.from_addr });
  if (from !== null && from !== usual && !mayUse(client, from)) {
    throw new VumiError(
      'route.none',
      `"${from}" is neither a number of account "${account}" nor among the source_addrs of its SMPP client "${systemId}"`,
    );
  }
  return checkWay(table, client, { transport: transport ?? soleTransport(table, client, sharing), from });
}

/** What decides between routes that share their users. */
type Sharing = Pick<Parameters<RouteTable['wayOut']>[1], 'user' | 'isUp'>;

/** Null where there is none; throws `route.ambiguous` where there are several. */
function wayIfAny(
  table: RouteTable,
  account: string,
  wanted: Parameters<RouteTable['wayOut']>[1],
): ReturnType<RouteTable['wayOut']> | null {
  try {
    return table.wayOut(account, wanted);
  } catch (error) {
    if (error instanceof VumiError && error.code === 'route.none') return null;
    throw error;
  }
}

function wayWithoutSender(
  table: RouteTable,
  { account, system_id, transport }: ServerClient,
  sharing: Sharing,
) {
  const wanted = { ...sharing, transport: transport ?? undefined };
  return wayIfAny(table, account, { ...wanted, smppClient: system_id }) ?? wayIfAny(table, account, wanted);
}

function soleTransport(table: RouteTable, client: ServerClient, sharing: Sharing): string | undefined {
  const [sole, ...others] = table.transportsOf(client.account);
  return others.length === 0 ? sole : wayWithoutSender(table, client, sharing)?.transport;
}

function checkWay(
  table: RouteTable,
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
