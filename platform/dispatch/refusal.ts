import { stampOf, type UserMessage } from '@vumi/core';
import type { RouteTable } from './route-table.ts';

/**
 * Why a message that knows its transport may not leave; null when it may. Asked when it is routed and again in front of
 * its transport, so that what waits in a queue does not leave from a number that was taken away meanwhile.
 */
export function refusalOf(message: UserMessage, table: RouteTable): string | null {
  const stamp = stampOf(message);
  const { transport_name: transport, from_addr: from } = message;
  // An SMPP client has senders that an operator allowed it: they were looked at when it submitted.
  if (stamp === null || transport === null || stamp.sender !== undefined) return null;
  const { account } = stamp;
  const may =
    message.in_reply_to === null
      ? table.maySend(account, transport, from)
      : table.mayAnswer(account, transport, from);
  if (may) return null;
  const what = from === null ? 'every number' : `"${from}"`;
  return `${what} of transport "${transport}" is not account "${account}"'s: ask whoever runs the platform to assign it`;
}
