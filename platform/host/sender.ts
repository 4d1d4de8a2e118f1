import { newId, send, VumiError, type UserMessage } from '@vumi/core';
import { receivable, stampMessage, type RoutingTable } from '@vumi/dispatch';
import type { SendRequest } from '@vumi/api';
import type { Catalog } from './catalog.ts';
import { readReceiver } from './receivers.ts';

/**
 * Sends a message as an account. Every step behind knows a message by its id, so that a request that is made twice
 * under one id sends once.
 */
export async function sendForAccount(
  ports: { catalog: Catalog; publishOutbound: (message: UserMessage) => Promise<void> },
  account: string,
  request: SendRequest,
  messageId: string | null,
): Promise<UserMessage> {
  const table = ports.catalog.table();
  requireActive(table, account);
  const route = table.outboundRoute(account, {
    ...(request.app === undefined ? {} : { app: request.app }),
    ...(request.from_addr === undefined ? {} : { from: request.from_addr }),
  });
  if (route === null) {
    const wanted = [
      request.app === undefined ? '' : ` for app "${request.app}"`,
      request.from_addr === undefined ? '' : ` from "${request.from_addr}"`,
    ].join('');
    throw new VumiError(
      'route.none',
      `account "${account}" has no route${wanted}; add one with PUT /routes/:name`,
    );
  }
  const stamped = stampMessage(
    {
      ...send(request.to_addr, request.content),
      message_id: messageId ?? newId(),
      transport_name: route.transport,
      from_addr: route.to_addr,
    },
    { account, app: request.app ?? null },
  );
  const message = receivable(stamped, (address) => readReceiver(ports.catalog, route.transport, address));
  await ports.publishOutbound(message);
  return message;
}

/** Throws `account.inactive`. */
export function requireActive(table: RoutingTable, account: string): void {
  if (table.isActive(account)) return;
  throw new VumiError('account.inactive', `account "${account}" is inactive; activate it before it sends`);
}
