import {
  createNack,
  deriveId,
  VumiError,
  type ApplicationEnd,
  type FailureMessage,
  type Handler,
  type Logger,
  type Next,
  type Transit,
  type TransportEnd,
  type TransportEvent,
  type TransportStatus,
  type UserMessage,
} from '@vumi/core';
import type { Passing } from './compose.ts';

/** Both ways through the middleware of a worker. */
export interface Passages {
  readonly consume: Passing;
  readonly publish: Passing;
  readonly logger: Logger;
}

/** Puts middleware around the end of a transport, or of a dispatcher towards an application. */
export function aroundTransport(end: TransportEnd, passages: Passages): TransportEnd {
  const publishEvent = publishing<'event'>('event', end.name, passages, (event) => end.publishEvent(event));
  return {
    name: end.name,
    publishInbound: publishing<'inbound'>('inbound', end.name, passages, (message) =>
      end.publishInbound(message),
    ),
    publishEvent,
    onOutbound: (handler, options) =>
      end.onOutbound(
        consuming<'outbound'>('outbound', end.name, passages, {
          handler,
          refused: (message, error) => publishEvent(nackOf(message, error.message, end.name)),
        }),
        options,
      ),
  };
}

/** Puts middleware around the end of an application, or of a dispatcher towards a transport. */
export function aroundApplication(end: ApplicationEnd, passages: Passages): ApplicationEnd {
  const refused = async (): Promise<void> => {};
  return {
    name: end.name,
    publishOutbound: publishing<'outbound'>('outbound', end.name, passages, (message) =>
      end.publishOutbound(message),
    ),
    onInbound: (handler, options) =>
      end.onInbound(consuming<'inbound'>('inbound', end.name, passages, { handler, refused }), options),
    onEvent: (handler, options) =>
      end.onEvent(consuming<'event'>('event', end.name, passages, { handler, refused }), options),
  };
}

/** What a connector publishes beside its flows. */
export function aroundFailures(
  connector: string,
  passages: Passages,
  publish: (failure: FailureMessage) => Promise<void>,
): (failure: FailureMessage) => Promise<void> {
  return publishing<'failure'>('failure', connector, passages, publish);
}

export function aroundStatuses(
  connector: string,
  passages: Passages,
  publish: (status: TransportStatus) => Promise<void>,
): (status: TransportStatus) => Promise<void> {
  return publishing<'status'>('status', connector, passages, publish);
}

type Flow = Transit['flow'];
interface Messages {
  readonly inbound: UserMessage;
  readonly outbound: UserMessage;
  readonly event: TransportEvent;
  readonly failure: FailureMessage;
  readonly status: TransportStatus;
}
type MessageOf<F extends Flow> = Messages[F];

/**
 * Who publishes an outbound message hears that a middleware refused it: the promise rejects. A transport could only tell
 * its network, which would try again for ever, so what it publishes ends with a line in the log.
 */
function publishing<F extends Flow>(
  flow: F,
  connector: string,
  { publish, logger }: Passages,
  last: (message: MessageOf<F>) => Promise<void>,
): (message: MessageOf<F>) => Promise<void> {
  return async (message) => {
    const end = watched((transit) => last(arrived<F>(transit, flow)));
    try {
      await publish(transitOf('publish', flow, connector, message), end.next);
    } catch (error) {
      if (flow === 'outbound' || !isRefusal(error) || end.failedWith(error)) throw error;
      logger.warn({ connector, flow, reason: error.message }, 'message refused by middleware');
    }
  };
}

interface Consumption<M> {
  readonly handler: Handler<M>;
  /** Tells of a message that a middleware refused. */
  readonly refused: (message: M, error: VumiError) => Promise<void>;
}

function consuming<F extends 'inbound' | 'outbound' | 'event'>(
  flow: F,
  connector: string,
  { consume, logger }: Passages,
  { handler, refused }: Consumption<MessageOf<F>>,
): Handler<MessageOf<F>> {
  return async (message, delivery) => {
    const end = watched((transit) => handler(arrived<F>(transit, flow), delivery));
    try {
      await consume(transitOf('consume', flow, connector, message), end.next);
    } catch (error) {
      if (!isRefusal(error) || end.failedWith(error)) throw error;
      logger.warn({ connector, flow, reason: error.message }, 'message refused by middleware');
      await refused(message, error);
    }
  };
}

/** What the worker itself, or whoever follows, refuses goes the way of all errors, with middleware or without. */
function watched(next: Next): { next: Next; failedWith(error: unknown): boolean } {
  const errors = new Set<unknown>();
  return {
    next: async (transit) => {
      try {
        await next(transit);
      } catch (error) {
        errors.add(error);
        throw error;
      }
    },
    failedWith: (error) => errors.has(error),
  };
}

export function isRefusal(error: unknown): error is VumiError {
  return error instanceof VumiError && error.code === 'message.refused';
}

function transitOf<F extends Flow>(
  stage: Transit['stage'],
  flow: F,
  connector: string,
  message: MessageOf<F>,
): Transit {
  return { stage, flow, connector, message } as Transit;
}

function arrived<F extends Flow>(transit: Transit, flow: F): MessageOf<F> {
  if (transit.flow === flow) return transit.message as MessageOf<F>;
  throw new VumiError(
    'internal',
    `a middleware passed ${transit.flow} on where ${flow} came: middleware changes messages, routers their way`,
  );
}

function nackOf(message: UserMessage, reason: string, connector: string): TransportEvent {
  return createNack(
    {
      event_id: deriveId(message.message_id, 'middleware-nack'),
      user_message_id: message.message_id,
      transport_name: message.transport_name ?? connector,
    },
    reason,
  );
}
