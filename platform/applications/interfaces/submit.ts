import {
  addressKey,
  createUserMessage,
  errorText,
  interfaceConnector,
  newId,
  reply,
  send,
  stampMessage,
  VumiError,
  withValidity,
  type UserMessage,
} from '@vumi/core';
import { receivable, requireActive, type ReadReceiver, type RouteTable, type WayOut } from '@vumi/dispatch';
import type { ServedInterface } from '@vumi/store';
import type { Submission } from './dialect.ts';

export interface SubmitPorts {
  readonly table: () => RouteTable;
  readonly readReceiver: ReadReceiver;
  readonly isUp: (transport: string) => boolean;
  readonly publishOutbound: (message: UserMessage) => Promise<void>;
}

/** Sends a message of an interface, as `sendForAccount` sends one of the API; its events come back to the interface. */
export async function submitForInterface(
  ports: SubmitPorts,
  door: ServedInterface,
  submission: Submission,
): Promise<UserMessage> {
  const table = ports.table();
  requireActive(table, door.account);
  const message = withValidity(messageOf(ports, door, submission), submission.validity);
  const checked = receivable(message, (address) => ports.readReceiver(message.transport_name ?? '', address));
  const stamped = stampSender(checked, door, submission);
  await ports.publishOutbound(stamped);
  return stamped;
}

function messageOf(ports: SubmitPorts, door: ServedInterface, submission: Submission): UserMessage {
  const { to, content, inReplyTo, sessionEvent = null, transport_metadata = {} } = submission;
  const helper_metadata = { ...submission.helper_metadata };
  if (inReplyTo !== undefined) {
    const answer = reply(inReplyTo, content, { continueSession: sessionEvent !== 'close' });
    return { ...answer, helper_metadata: { ...answer.helper_metadata, ...helper_metadata } };
  }
  const way = findWay(ports, door, submission);
  return createUserMessage({
    ...send(to, content),
    message_id: submission.messageId ?? newId(),
    session_event: sessionEvent,
    transport_name: way.transport,
    from_addr: way.from_addr,
    routing_metadata: { endpoint_name: way.endpoint },
    transport_metadata,
    helper_metadata,
  });
}

function stampSender(
  message: UserMessage,
  { account, name }: ServedInterface,
  { to, events, note }: Submission,
): UserMessage {
  const connector = interfaceConnector(account, name);
  return stampMessage(message, {
    account,
    app: null,
    connector,
    sender: { connector, events, note: { to, ...note } },
  });
}

/** A sender that is named must be the account's; without one it is that of a route that leads to the interface. */
function findWay(
  { table: now, isUp }: Pick<SubmitPorts, 'table' | 'isUp'>,
  door: ServedInterface,
  { to, from, via }: Submission,
): WayOut {
  const table = now();
  const { account } = door;
  const sharing = { user: addressKey(to), isUp };
  const wanted = { ...sharing, ...placeOf(table, account, via ?? null) };
  if (from !== null) return ofSender(table, account, { ...wanted, from });
  if (wanted.from !== undefined || wanted.transport !== undefined) return table.wayOut(account, wanted);
  const own = { ...sharing, connector: interfaceConnector(account, door.name) };
  const transport = door.transport ?? undefined;
  return wayIfAny(table, account, { ...own, transport }) ?? table.wayOut(account, { ...sharing, transport });
}

type Wanted = Parameters<RouteTable['wayOut']>[1];

function placeOf(
  table: RouteTable,
  account: string,
  via: string | null,
): Pick<Wanted, 'transport'> & { from?: string } {
  if (via === null) return {};
  const route = table.routeNamed(account, via);
  if (route !== null)
    return { transport: route.transport, ...(route.to_addr === null ? {} : { from: route.to_addr }) };
  return table.transportsOf(account).includes(via) ? { transport: via } : {};
}

function ofSender(table: RouteTable, account: string, wanted: Wanted): WayOut {
  try {
    return table.wayOut(account, wanted);
  } catch (error) {
    if (!(error instanceof VumiError) || error.code !== 'route.none') throw error;
    throw new VumiError('number.not_assigned', errorText(error), { cause: error, field: 'from' });
  }
}

/** Null where there is none. */
function wayIfAny(table: RouteTable, account: string, wanted: Wanted): WayOut | null {
  try {
    return table.wayOut(account, wanted);
  } catch (error) {
    if (error instanceof VumiError && error.code === 'route.none') return null;
    throw error;
  }
}
