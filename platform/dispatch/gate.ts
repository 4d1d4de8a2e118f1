import {
  endpointOf,
  parseTimestamp,
  stampOf,
  type Clock,
  type Handler,
  type TransportEvent,
  type UserMessage,
  type Stamp,
} from '@vumi/core';
import { isUnasked, optedOutText } from '@vumi/records';
import { nackOf } from './nack.ts';
import { refusalOf } from './refusal.ts';
import type { RouteTable } from './route-table.ts';

/** What waited longer for its transport may be for somebody who has opted out meanwhile. */
const WAITED_MS = 3000;

/** Why a message may not go to its network, by what is known here at once; null: it may. */
export function standingRefusal(message: UserMessage, table: RouteTable): string | null {
  const owner = stampOf(message);
  if (owner === null) return null;
  if (!table.isActive(owner.account)) return `account "${owner.account}" is inactive`;
  return refusalOf(message, table);
}

/**
 * As `guardInbound` of core, in front of a transport, and whether the account still has the number that the message comes from.
 * The message was recorded as queued: an event says what became of it.
 */
export function guardOutbound(
  handler: Handler<UserMessage>,
  ports: {
    table: () => RouteTable;
    isOptedOut: (owner: Stamp, address: string) => Promise<boolean>;
    publishEvent: (event: TransportEvent) => Promise<void>;
    /** Told of what is refused, when its sender has been. */
    onRefused?: (message: UserMessage) => void;
    clock: Clock;
  },
): Handler<UserMessage> {
  const refusal = async (message: UserMessage): Promise<string | null> => {
    const owner = stampOf(message);
    if (owner === null) return null;
    const standing = standingRefusal(message, ports.table());
    if (standing !== null) return standing;
    if (!isUnasked(message) || message.to_addr === null) return null;
    if (ports.clock() - (parseTimestamp(message.timestamp) ?? Infinity) < WAITED_MS) return null;
    return (await ports.isOptedOut(owner, message.to_addr)) ? optedOutText(message) : null;
  };
  return async (message, delivery) => {
    const reason = await refusal(message);
    if (reason === null) return handler(message, delivery);
    await ports.publishEvent(nackOf(message, reason, endpointOf(message), { outcome: 'discarded' }));
    ports.onRefused?.(message);
  };
}
