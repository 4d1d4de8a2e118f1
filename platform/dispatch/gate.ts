import type { Handler, TransportEvent, UserMessage } from '@vumi/core';
import type { MessageRecorder } from './dispatcher.ts';
import { nackOf } from './nack.ts';
import { stampOf } from './stamp.ts';

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

/** As `guardInbound`, in front of a transport. The message was recorded as queued: an event says what became of it. */
export function guardOutbound(
  handler: Handler<UserMessage>,
  ports: { isActive: (account: string) => boolean; publishEvent: (event: TransportEvent) => Promise<void> },
): Handler<UserMessage> {
  return async (message, delivery) => {
    const owner = stampOf(message);
    if (owner === null || ports.isActive(owner.account)) return handler(message, delivery);
    const reason = `account "${owner.account}" is inactive`;
    return ports.publishEvent(nackOf(message, reason, { outcome: 'discarded' }));
  };
}
