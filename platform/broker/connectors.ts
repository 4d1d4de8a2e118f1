import type { Broker, Connector } from '@vumi/core';
import { queueFlow } from './queue-flow.ts';

/** A connector of the given flows; each may be a queue or a direct call. */
export function createConnector(name: string, flows: Omit<Connector, 'name'>): Connector {
  return { name, ...flows };
}

/** A connector whose three flows are Vumi's queues `<name>.inbound`, `.event` and `.outbound`. */
export function queueConnector(broker: Broker, name: string): Connector {
  return createConnector(name, {
    inbound: queueFlow(broker, name, 'inbound'),
    event: queueFlow(broker, name, 'event'),
    outbound: queueFlow(broker, name, 'outbound'),
  });
}
