import { newId, send, VumiError, withValidity, type UserMessage } from '@vumi/core';
import { receivable, stampMessage, type RoutingTable } from '@vumi/dispatch';
import type { SendRequest } from '@vumi/api';
import type { Catalog } from './catalog.ts';
import { readReceiver } from './receivers.ts';

/**
 * Sends a message as an account. Every step behind knows a message by its id, so that a request that is made twice
 * under one id sends once.
 */
export async function sendForAccount(
  ports: {
    catalog: Pick<Catalog, 'table' | 'transportType'>;
    publishOutbound: (message: UserMessage) => Promise<void>;
  },
  account: string,
  request: SendRequest,
  messageId: string | null,
): Promise<UserMessage> {
  const table = ports.catalog.table();
  requireActive(table, account);
  const { app, endpoint, transport, from_addr: from } = request;
  if (app !== undefined && !table.knowsApp({ account, app })) {
    throw new VumiError('not_found', `account "${account}" has no app "${app}": list its apps`, {
      field: 'app',
    });
  }
  const way = table.wayOut(account, { app, endpoint, transport, from });
  const stamped = stampMessage(
    {
      ...send(request.to_addr, request.content),
      message_id: messageId ?? newId(),
      transport_name: way.transport,
      from_addr: way.from_addr,
      routing_metadata: { endpoint_name: way.endpoint },
    },
    { account, app: app ?? null },
  );
  const message = receivable(withValidity(stamped, request.validity), (address) =>
    readReceiver(ports.catalog, way.transport, address),
  );
  await ports.publishOutbound(message);
  return message;
}

/** Throws `account.inactive`. */
export function requireActive(table: RoutingTable, account: string): void {
  if (table.isActive(account)) return;
  throw new VumiError('account.inactive', `account "${account}" is inactive; activate it before it sends`);
}
