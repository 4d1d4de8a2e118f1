import {
  addressKey,
  newId,
  send,
  stampMessage,
  VumiError,
  withRichOptions,
  withValidity,
  type SendRequest,
  type UserMessage,
} from '@vumi/core';
import { receivable } from './receivable.ts';
import type { ReadReceiver } from './receivers.ts';
import type { RouteTable } from './route-table.ts';

/**
 * Sends a message as an account. Every step behind knows a message by its id, so that a request that is made twice
 * under one id sends once.
 */
export async function sendForAccount(
  ports: {
    readonly table: () => RouteTable;
    readonly readReceiver: ReadReceiver;
    /** Whether a transport sends at present; absent: it is not known, and all count. */
    readonly isUp?: ((transport: string) => boolean) | undefined;
    readonly publishOutbound: (message: UserMessage) => Promise<void>;
  },
  account: string,
  request: SendRequest,
  messageId: string | null,
): Promise<UserMessage> {
  const table = ports.table();
  requireActive(table, account);
  const { app, endpoint, transport, from_addr: from } = request;
  if (app !== undefined && !table.knowsApp({ account, app })) {
    throw new VumiError('not_found', `account "${account}" has no app "${app}": list its apps`, {
      field: 'app',
    });
  }
  const user = addressKey(request.to_addr);
  const way = table.wayOut(account, { app, endpoint, transport, from, user, isUp: ports.isUp });
  const stamped = stampMessage(
    withRichOptions(
      {
        ...send(request.to_addr, request.content),
        message_id: messageId ?? newId(),
        transport_name: way.transport,
        from_addr: way.from_addr,
        routing_metadata: { endpoint_name: way.endpoint },
      },
      request,
    ),
    { account, app: app ?? null },
  );
  const message = receivable(withValidity(stamped, request.validity), (address) =>
    ports.readReceiver(way.transport, address),
  );
  await ports.publishOutbound(message);
  return message;
}

/** Throws `account.inactive`. */
export function requireActive(table: RouteTable, account: string): void {
  if (table.isActive(account)) return;
  throw new VumiError('account.inactive', `account "${account}" is inactive; activate it before it sends`);
}
