import type { Subscription, UserMessage } from '@vumi/core';
import type { EndPorts } from '@vumi/runtime';
import type { Dispatcher, DispatcherEnds } from '../dispatcher.ts';

/** Messages of one queue that are on their way at once, where nothing else is said. */
export const PREFETCH = 200;

/** How a dispatcher publishes to the connectors of a worker, whose ends are made once. */
export function endsOf(ports: EndPorts): DispatcherEnds {
  return {
    publishInbound: (connector, message) => ports.receiveOutbound(connector).publishInbound(message),
    publishEvent: (connector, event) => ports.receiveOutbound(connector).publishEvent(event),
    publishOutbound: (connector, message) => ports.receiveInbound(connector).publishOutbound(message),
    publishFailure: (connector, failure) => ports.publishFailure(connector, failure),
  };
}

export async function joinTransport(
  name: string,
  dispatcher: Dispatcher,
  { ends, prefetch }: { readonly ends: EndPorts; readonly prefetch: number },
): Promise<Subscription[]> {
  const end = ends.receiveInbound(name);
  const [inbound, event] = await Promise.all([
    end.onInbound((message) => dispatcher.inbound(message, name), { prefetch }),
    end.onEvent((told) => dispatcher.event(told, name), { prefetch }),
  ]);
  return [inbound, event];
}

export function joinApplication(
  name: string,
  dispatcher: Dispatcher,
  { ends, prefetch }: { readonly ends: EndPorts; readonly prefetch: number },
): Promise<Subscription> {
  const handle = (message: UserMessage): Promise<void> => dispatcher.outbound(message, name);
  return ends.receiveOutbound(name).onOutbound(handle, { prefetch });
}
