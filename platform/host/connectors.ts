import { createConnector, directFlow, queueFlow } from '@vumi/broker';
import type { Broker, Connector, Flow, TransportEvent, UserMessage } from '@vumi/core';

/**
 * Which flows of a connector are queues and which are calls (DESIGN §1). A queue stands in front of an application and
 * in front of a transport. Towards the dispatcher it is a call when the dispatcher runs in this process.
 */
export interface Connectors {
  /** A transport's connector as the transport holds it. */
  transport(name: string): Connector;
  /** An application's connector as the application holds it. */
  application(name: string): Connector;
  /** A connector whose flows all are queues: how a dispatcher reaches what may run elsewhere. */
  queues(name: string): Connector;
}

export function createConnectors(broker: Broker, dispatchIsHere: boolean): Connectors {
  const known = new Map<string, Connector>();
  const once = (kind: string, name: string, create: () => Connector): Connector => {
    const key = `${kind}/${name}`;
    const existing = known.get(key);
    if (existing !== undefined) return existing;
    const connector = create();
    known.set(key, connector);
    return connector;
  };
  const queues = (name: string): Connector =>
    once('queues', name, () =>
      createConnector(name, {
        inbound: queueFlow(broker, name, 'inbound'),
        event: queueFlow(broker, name, 'event'),
        outbound: queueFlow(broker, name, 'outbound'),
      }),
    );
  const near = <M extends UserMessage | TransportEvent>(queue: Flow<M>): Flow<M> =>
    dispatchIsHere ? directFlow<M>() : queue;
  return {
    queues,
    transport: (name) =>
      once('transport', name, () => {
        const far = queues(name);
        return createConnector(name, {
          inbound: near(far.inbound),
          event: near(far.event),
          outbound: far.outbound,
        });
      }),
    application: (name) =>
      once('application', name, () => {
        const far = queues(name);
        return createConnector(name, {
          inbound: far.inbound,
          event: far.event,
          outbound: near(far.outbound),
        });
      }),
  };
}
