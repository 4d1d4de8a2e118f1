import type { End, TransportEvent, UserMessage } from '@vumi/core';
import type { Routed } from '../router.ts';

/**
 * A copy per destination, so that middleware never sees one instance twice (spec vumi-core §9.1). The first is the
 * message itself: one that leaves unchanged needs no new JSON.
 */
function copyOf<M>(message: M, index: number): M {
  return index === 0 ? message : structuredClone(message);
}

export function toInbound(message: UserMessage, connectors: readonly string[], { endpoint }: End): Routed[] {
  return connectors.map((connector, index) => {
    return { flow: 'inbound', connector, endpoint, message: copyOf(message, index) };
  });
}

export function toOutbound(message: UserMessage, connectors: readonly string[], { endpoint }: End): Routed[] {
  return connectors.map((connector, index) => {
    return { flow: 'outbound', connector, endpoint, message: copyOf(message, index) };
  });
}

export function toEvent(event: TransportEvent, connectors: readonly string[], { endpoint }: End): Routed[] {
  return connectors.map((connector, index) => {
    return { flow: 'event', connector, endpoint, message: copyOf(event, index) };
  });
}
