import type { Handler } from './connector.ts';
import { stampOf, type Stamp } from './stamp.ts';
import type { UserMessage } from './wire.ts';

export interface InboundGuardPorts {
  readonly isActive: (account: string) => boolean;
  readonly recorder: {
    inbound(message: UserMessage, owner: Stamp, status: 'discarded'): Promise<void>;
  };
}

/**
 * Consumers behind a queue ask once more whether the account is active: what waited there while the account was
 * switched off is discarded, so that deactivation stops both directions at once.
 */
export function guardInbound(handler: Handler<UserMessage>, ports: InboundGuardPorts): Handler<UserMessage> {
  return async (message, delivery) => {
    const owner = stampOf(message);
    if (owner === null || ports.isActive(owner.account)) await handler(message, delivery);
    else await ports.recorder.inbound(message, owner, 'discarded');
  };
}
