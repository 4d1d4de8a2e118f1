import { parseTimestamp, type Clock, type Handler, type TransportEvent, type UserMessage } from '@vumi/core';
import type { MessageRecorder } from './dispatcher.ts';
import { nackOf, optedOutText } from './nack.ts';
import { refusalOf } from './refusal.ts';
import type { RoutingTable } from './routing-table.ts';
import { stampOf, type Stamp } from './stamp.ts';

/**
 * Consumers behind a queue ask once more whether the account is active: what waited there while the account was
 * switched off is discarded, so that deactivation stops both directions at once.
 */
export function guardInbound(
  handler: Handler<UserMessage>,
  ports: { isActive: (account: string) => boolean; recorder: Pick<MessageRecorder, 'inbound'> },
): Handler<UserMessage> {
  return async (message, delivery) => {
    const owner = stampOf(message);
    if (owner === null || ports.isActive(owner.account)) await handler(message, delivery);
    else await ports.recorder.inbound(message, owner, 'discarded');
  };
}

/** What waited longer for its transport may be for somebody who has opted out meanwhile. */
const WAITED_MS = 3000;

/**
 * As `guardInbound`, in front of a transport, and whether the account still has the number that the message comes from.
 * The message was recorded as queued: an event says what became of it.
 */
export function guardOutbound(
  handler: Handler<UserMessage>,
  ports: {
    table: () => RoutingTable;
    isOptedOut: (owner: Stamp, address: string) => Promise<boolean>;
    publishEvent: (event: TransportEvent) => Promise<void>;
    clock: Clock;
  },
): Handler<UserMessage> {
  const refusal = async (message: UserMessage): Promise<string | null> => {
    const owner = stampOf(message);
    if (owner === null) return null;
    const table = ports.table();
    if (!table.isActive(owner.account)) return `account "${owner.account}" is inactive`;
    const notTheirs = refusalOf(message, table);
    if (notTheirs !== null) return notTheirs;
    if (message.in_reply_to !== null || message.to_addr === null) return null;
    if (ports.clock() - (parseTimestamp(message.timestamp) ?? Infinity) < WAITED_MS) return null;
    return (await ports.isOptedOut(owner, message.to_addr)) ? optedOutText(message) : null;
  };
  return async (message, delivery) => {
    const reason = await refusal(message);
    if (reason === null) return handler(message, delivery);
    return ports.publishEvent(nackOf(message, reason, { outcome: 'discarded' }));
  };
}
