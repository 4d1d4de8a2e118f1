import {
  DEFAULT_ENDPOINT,
  endpointOf,
  stampOf,
  type Middleware,
  type Next,
  type Stamp,
  type Transit,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { EventMemory } from '../event-memory.ts';
import { stampEvent } from '../route-table-router.ts';
import { both } from './both.ts';

/** Whose a message was, and by which endpoint it was sent. */
export type RememberedSender = Stamp & { readonly endpoint?: string };

export interface SenderReturnPorts {
  readonly memory: EventMemory<RememberedSender>;
  /** Whether the sender hears of its messages. */
  readonly wantsEvents: (stamp: Stamp) => boolean;
}

/** Gives events the stamp and the endpoint of their message, by which they are routed. They can bring no stamp of their own. */
export function createSenderReturn({ memory, wantsEvents }: SenderReturnPorts): Middleware {
  const note = (message: UserMessage): Promise<void> | null => {
    const stamp = stampOf(message);
    if (stamp !== null && wantsEvents(stamp)) {
      const endpoint = endpointOf(message);
      const sender = endpoint === DEFAULT_ENDPOINT ? stamp : { ...stamp, endpoint };
      return memory.remember(message.message_id, sender);
    }
    // Its events are only recorded.
    memory.forgo(message.message_id);
    return null;
  };
  return (transit, next) => {
    const { stage, flow, message } = transit;
    if (flow === 'outbound' && stage === 'publish') {
      const noted = note(message);
      return noted === null ? next(transit) : both(noted, next(transit));
    }
    // What this dispatcher says itself of a message has its stamp from there.
    if (flow !== 'event' || stage !== 'consume') return next(transit);
    return restore(transit, next, memory);
  };
}

async function restore(
  transit: Extract<Transit, { flow: 'event' }>,
  next: Next,
  memory: EventMemory<RememberedSender>,
): Promise<void> {
  const sender = await memory.recall(transit.message.user_message_id);
  return next({ ...transit, message: ofSender(transit.message, sender) });
}

function ofSender(event: TransportEvent, sender: RememberedSender | null): TransportEvent {
  if (sender === null) {
    if (!('vumi' in event.helper_metadata)) return event;
    const { vumi: _forged, ...rest } = event.helper_metadata;
    return { ...event, helper_metadata: rest };
  }
  const { endpoint = DEFAULT_ENDPOINT, ...stamp } = sender;
  const routing_metadata = { ...event.routing_metadata, endpoint_name: endpoint };
  return stampEvent({ ...event, routing_metadata }, stamp);
}
