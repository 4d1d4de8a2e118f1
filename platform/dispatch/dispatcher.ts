import {
  copyOf,
  createFailure,
  endpointOf,
  routingKey,
  VumiError,
  type End,
  type FailureMessage,
  type Logger,
  type MiddlewareOrders,
  type Next,
  type Transit,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { dispatchMeasures } from '@vumi/measures';
import { compose, isRefusal, type Passing } from '@vumi/middleware';
import { destinationOf, withoutDestination } from './destination.ts';
import { measuredPassage, type PassageOutcome } from './measured-passage.ts';
import { nackOf } from './nack.ts';
import type { Routed, Router } from './router.ts';

/** The other ends of a dispatcher's connectors. A promise resolves when the message is safe there. */
export interface DispatcherEnds {
  publishInbound(connector: string, message: UserMessage): Promise<void>;
  publishEvent(connector: string, event: TransportEvent): Promise<void>;
  publishOutbound(connector: string, message: UserMessage): Promise<void>;
  publishFailure(connector: string, failure: FailureMessage): Promise<void>;
}

export interface DispatcherPorts {
  readonly router: Router;
  readonly ends: DispatcherEnds;
  /** Absent: none. */
  readonly middleware?: MiddlewareOrders | undefined;
  readonly logger: Logger;
}

/**
 * Moves messages between transports and applications (spec vumi-core §3). A promise resolves when the message is safe at
 * every end that it went to. It rejects when that is not known: the message is published to all of them again then, under
 * the same ids, by whoever has it.
 *
 * Decided differently from Vumi: an outbound message that is refused, by the router or by middleware, is a nack to its
 * sender and a failure in `<connector>.failures`, where Vumi dropped it; an inbound one or an event that middleware
 * refuses ends with a line in the log; and an error of one message ends no consumer.
 */
export interface Dispatcher {
  inbound(message: UserMessage, connector: string): Promise<void>;
  event(event: TransportEvent, connector: string): Promise<void>;
  outbound(message: UserMessage, connector: string): Promise<void>;
  /** To an end that is known, through middleware as if it had been routed. */
  deliver(routed: Routed): Promise<void>;
}

/** What middleware sees of an inbound message that has nowhere to go; nobody else does. */
const UNROUTED = new VumiError('route.none', 'no route leads on from here');
const NO_MIDDLEWARE: MiddlewareOrders = { consume: [], publish: [] };

export function createDispatcher(ports: DispatcherPorts): Dispatcher {
  const { router, ends, middleware = NO_MIDDLEWARE, logger } = ports;
  const consume = compose(middleware.consume);
  const deliver = createDelivery(ends, compose(middleware.publish));
  const route = (from: End): Next => {
    return async (transit) => {
      const routed = await ask(router, transit, from);
      const to = routed[0]?.connector ?? null;
      logger.debug({ message_id: idOf(transit.message), flow: transit.flow, ...from, to }, 'routed');
      if (routed.length === 0 && transit.flow === 'inbound') throw UNROUTED;
      await deliver(routed);
    };
  };
  const take = async (transit: Transit, next: Next): Promise<PassageOutcome> => {
    try {
      await consume(transit, next);
      return 'routed';
    } catch (error) {
      if (error !== UNROUTED) return endRefused(error, transit, logger);
      const { connector, message } = transit;
      logger.info(
        { message_id: idOf(message), connector, endpoint: endpointOf(message) },
        'message unrouted',
      );
      return 'unrouted';
    }
  };
  const refuse = async (message: UserMessage, from: End, error: VumiError): Promise<void> => {
    const { connector } = from;
    await tellOfRefusal(message, connector, error, ports);
    const nack = nackOf(message, error.message, from.endpoint);
    await take({ stage: 'consume', flow: 'event', connector, message: nack }, async (transit) => {
      if (transit.flow === 'event') await deliver(await targetsOf(router, transit.message, message, from));
    });
  };
  const takeOutbound = async (message: UserMessage, from: End): Promise<PassageOutcome> => {
    try {
      const { connector } = from;
      await consume({ stage: 'consume', flow: 'outbound', connector, message }, route(from));
      return 'routed';
    } catch (error) {
      if (!isFinal(error)) throw error;
      await refuse(message, from, error);
      return 'refused';
    }
  };
  return {
    inbound: (message, connector) =>
      measuredPassage('inbound', connector, () =>
        take({ stage: 'consume', flow: 'inbound', connector, message }, route(endOf(message, connector))),
      ),
    event: (message, connector) =>
      measuredPassage('event', connector, () =>
        take({ stage: 'consume', flow: 'event', connector, message }, route(endOf(message, connector))),
      ),
    outbound: (message, connector) =>
      measuredPassage('outbound', connector, () => takeOutbound(message, endOf(message, connector))),
    deliver: (routed) => deliver([routed]),
  };
}

/** For operators: a line, a failure, a count. */
async function tellOfRefusal(
  message: UserMessage,
  connector: string,
  error: VumiError,
  { ends, logger }: Pick<DispatcherPorts, 'ends' | 'logger'>,
): Promise<void> {
  const fields = { message_id: message.message_id, connector, reason: error.message };
  logger.warn(fields, 'outbound message refused');
  await ends.publishFailure(connector, failureOf(message, connector, error));
  dispatchMeasures.refused.add(1, error.code);
}

function failureOf(message: UserMessage, connector: string, error: VumiError): FailureMessage {
  const about = { queue: routingKey(connector, 'outbound'), error: error.code };
  return createFailure(message, error.message, 'permanent', about);
}

export function isUnrouted(error: unknown): boolean {
  return error === UNROUTED;
}

function createDelivery(
  ends: DispatcherEnds,
  publish: Passing,
): (routed: readonly Routed[]) => Promise<void> {
  const last: Next = async (transit) => {
    if (transit.flow === 'inbound') await ends.publishInbound(transit.connector, transit.message);
    else if (transit.flow === 'outbound') await ends.publishOutbound(transit.connector, transit.message);
    else if (transit.flow === 'event') await ends.publishEvent(transit.connector, transit.message);
    else throw new VumiError('internal', `a middleware made a ${transit.flow} of a message`);
  };
  const send = (routed: Routed): Promise<void> => publish(transitOf(routed), last);
  return async (routed) => {
    const [first, ...others] = routed;
    if (first === undefined) return;
    if (others.length === 0) return send(first);
    const seen = new Set<unknown>();
    const sent = await Promise.allSettled(routed.map((one) => send(distinct(one, seen))));
    const errors = sent
      .filter((result) => result.status === 'rejected')
      .map(({ reason }) => reason as unknown);
    if (errors.length === 0) return;
    // What one refuses is final: it must not hide that another has to get the message again.
    throw errors.find((error) => !isFinal(error)) ?? errors.find((error) => !isRefusal(error)) ?? errors[0];
  };
}

function ask(router: Router, transit: Transit, from: End): Promise<readonly Routed[]> {
  const known = destinationOf(transit.message);
  switch (transit.flow) {
    case 'inbound':
      if (known !== null) return Promise.resolve([{ ...known, flow: 'inbound', message: transit.message }]);
      return router.inbound(transit.message, from);
    case 'event':
      if (known !== null) return Promise.resolve([{ ...known, flow: 'event', message: transit.message }]);
      return router.event(transit.message, from);
    case 'outbound':
      return router.outbound(transit.message, from);
    default:
      throw new VumiError('internal', `a middleware made a ${transit.flow} of a message`);
  }
}

async function targetsOf(
  router: Router,
  nack: TransportEvent,
  message: UserMessage,
  from: End,
): Promise<readonly Routed[]> {
  if (router.refused !== undefined) return router.refused(nack, message, from);
  return [{ ...from, flow: 'event', message: nack }];
}

function isFinal(error: unknown): error is VumiError {
  return error instanceof VumiError && !error.retry;
}

/** Of the message, or of that which an event is about. */
function idOf(message: Transit['message']): string | null {
  if ('user_message_id' in message) return message.user_message_id as string;
  return 'message_id' in message ? (message.message_id as string) : null;
}

/** Nobody could do something about an inbound message or an event that middleware refuses. */
function endRefused(error: unknown, { flow, connector, message }: Transit, logger: Logger): 'refused' {
  if (!isRefusal(error)) throw error;
  const fields = { message_id: idOf(message), flow, connector, reason: error.message };
  logger.warn(fields, 'message refused by middleware');
  return 'refused';
}

function endOf(message: UserMessage | TransportEvent, connector: string): End {
  return { connector, endpoint: endpointOf(message) };
}

/** No two ends get one instance: middleware may keep it, or change it (spec vumi-core §9.1). */
function distinct(routed: Routed, seen: Set<unknown>): Routed {
  if (!seen.has(routed.message)) {
    seen.add(routed.message);
    return routed;
  }
  return { ...routed, message: copyOf(routed.message) } as Routed;
}

function transitOf({ flow, connector, endpoint, message: given }: Routed): Transit {
  const message = withoutDestination(given);
  // One that names no endpoint means the default one: it keeps its JSON.
  const addressed =
    endpointOf(message) === endpoint
      ? message
      : { ...message, routing_metadata: { ...message.routing_metadata, endpoint_name: endpoint } };
  return { stage: 'publish', flow, connector, message: addressed } as Transit;
}
