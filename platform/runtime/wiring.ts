import { createConnector, queueFlow } from '@vumi/broker';
import {
  applicationEnd,
  bodyOf,
  EXCHANGES,
  routingKey,
  transportEnd,
  type Broker,
  type Connector,
  type Subscription,
} from '@vumi/core';
import { transportMeasures } from '@vumi/measures';
import { measuredTransportEnd } from './measured-ends.ts';
import { nearFlow } from './near-flow.ts';
import type { EndPorts } from './worker-type.ts';

/** A worker's ends, with what it consumes from them. */
export interface TrackedEnds {
  readonly ports: EndPorts;
  /** Ends its consumers; resolves when the handlers in progress have ended. Nothing can be consumed afterwards. */
  stopConsumers(): Promise<void>;
}

/**
 * Which flows of a connector are queues and which are calls (DESIGN §1, §10): a queue stands in front of every
 * application and every transport; towards a dispatcher it is a call while one runs in this process.
 */
export interface Wiring {
  /** `around` wraps each end of the worker: its middleware. */
  endsOf(around?: (ends: EndPorts) => EndPorts): TrackedEnds;
}

export function createWiring(broker: Broker): Wiring {
  const known = new Map<string, Connector>();
  const connector = (name: string): Connector => {
    const existing = known.get(name);
    if (existing !== undefined) return existing;
    const made = createConnector(name, {
      inbound: queueFlow(broker, name, 'inbound'),
      event: queueFlow(broker, name, 'event'),
      outbound: queueFlow(broker, name, 'outbound'),
    });
    known.set(name, made);
    return made;
  };
  // The same flows towards a dispatcher for whoever is on their other side.
  const nearTransports = cached((name) => {
    const { inbound, event, outbound } = connector(name);
    return createConnector(name, { inbound: nearFlow(inbound), event: nearFlow(event), outbound });
  });
  const nearApplications = cached((name) => {
    const { inbound, event, outbound } = connector(name);
    return createConnector(name, { inbound, event, outbound: nearFlow(outbound) });
  });
  const ends: EndPorts = {
    transport: (name) => measuredTransportEnd(transportEnd(nearTransports(name))),
    application: (name) => applicationEnd(nearApplications(name)),
    receiveInbound: (name) => applicationEnd(nearTransports(name)),
    receiveOutbound: (name) => transportEnd(nearApplications(name)),
    publishFailure: (name, failure) => {
      transportMeasures.failures.add(1, name);
      return broker.publish(routingKey(name, 'failures'), bodyOf(failure));
    },
    publishStatus: (name, status) => {
      transportMeasures.statuses.add(1, name, status.type);
      return broker.publish(routingKey(name, 'status'), JSON.stringify(status), EXCHANGES.statuses);
    },
  };
  return { endsOf: (around = (same) => same) => trackEnds(ends, around) };
}

function cached<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return (name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const value = make(name);
    made.set(name, value);
    return value;
  };
}

function trackEnds(ends: EndPorts, around: (ends: EndPorts) => EndPorts): TrackedEnds {
  const open = new Set<Subscription>();
  let stopped = false;
  const track = async (consuming: Promise<Subscription>): Promise<Subscription> => {
    const subscription = disposedOnce(await consuming, (gone) => open.delete(gone));
    open.add(subscription);
    // The worker was told to stop meanwhile.
    if (stopped) await subscription[Symbol.asyncDispose]();
    return subscription;
  };
  const tracked: EndPorts = {
    transport: (name) => trackTransport(ends.transport(name)),
    receiveOutbound: (name) => trackTransport(ends.receiveOutbound(name)),
    application: (name) => trackApplication(ends.application(name)),
    receiveInbound: (name) => trackApplication(ends.receiveInbound(name)),
    publishFailure: (name, failure) => ends.publishFailure(name, failure),
    publishStatus: (name, status) => ends.publishStatus(name, status),
  };
  const trackTransport = (end: ReturnType<EndPorts['transport']>): typeof end => ({
    ...end,
    onOutbound: (handler, options) => track(end.onOutbound(handler, options)),
  });
  const trackApplication = (end: ReturnType<EndPorts['application']>): typeof end => ({
    ...end,
    onInbound: (handler, options) => track(end.onInbound(handler, options)),
    onEvent: (handler, options) => track(end.onEvent(handler, options)),
  });
  return {
    ports: eachOnce(around(tracked)),
    async stopConsumers() {
      stopped = true;
      await Promise.all([...open].map((subscription) => subscription[Symbol.asyncDispose]()));
    },
  };
}

/** A dispatcher asks for an end with every message. */
function eachOnce(ends: EndPorts): EndPorts {
  return {
    transport: cached((name) => ends.transport(name)),
    application: cached((name) => ends.application(name)),
    receiveInbound: cached((name) => ends.receiveInbound(name)),
    receiveOutbound: cached((name) => ends.receiveOutbound(name)),
    publishFailure: (name, failure) => ends.publishFailure(name, failure),
    publishStatus: (name, status) => ends.publishStatus(name, status),
  };
}

/** Both the worker and its supervisor may end a consumer. */
function disposedOnce(
  subscription: Subscription,
  onDisposed: (subscription: Subscription) => void,
): Subscription {
  let disposed: Promise<void> | null = null;
  const end = async (): Promise<void> => {
    await subscription[Symbol.asyncDispose]();
    onDisposed(once);
  };
  const once: Subscription = {
    pause: () => subscription.pause(),
    resume: () => subscription.resume(),
    async [Symbol.asyncDispose]() {
      disposed ??= end();
      await disposed;
    },
  };
  return once;
}
