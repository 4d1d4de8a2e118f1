import { parseEvent } from './event.ts';
import type { FlowKind } from './names.ts';
import { parseUserMessage } from './message.ts';
import type { TransportEvent, UserMessage } from './wire.ts';

/** What a consumer is told about a delivery beside the message. */
export interface Delivery {
  /** The message may have been delivered before: look whether its effects exist already. */
  readonly redelivered: boolean;
  /** 1 for the first try of this message. */
  readonly attempt: number;
  /** Those that it was published with, as far as they are known here. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Takes one message. The promise is the acknowledgement: resolved means that all of the message's effects are safe;
 * rejected puts the message back, and after the attempts that the consumer asked for into `<name>.failures`.
 */
export type Handler<M> = (message: M, delivery: Delivery) => Promise<void>;

export interface ConsumeOptions {
  /** How many messages may be in the handler at once; 0 is Vumi's "no limit". */
  readonly prefetch: number;
  /** Only one consumer of the queue, on whatever machine, gets messages at a time; another takes over when it goes. */
  readonly exclusive?: boolean;
  /** After so many rejected attempts a message goes to `<name>.failures`. Default 5. */
  readonly maxAttempts?: number;
}

/** How many messages may be in the handler at once. */
export function mostAtOnce({ prefetch }: ConsumeOptions): number {
  return prefetch === 0 ? Infinity : prefetch;
}

/** A running consumer. Disposal waits for the handlers in progress. */
export interface Subscription extends AsyncDisposable {
  /** No message is handed over until `resume`. Resolves when those in the handler are through: do not await it there. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/**
 * One direction of a connector. A flow is a queue or a direct call; its users cannot tell which
 * (contract: test/contract/flow.ts).
 */
export interface Flow<M> {
  /** Resolves when the message is safe: confirmed by the queue, or handled by the callee. */
  publish(message: M): Promise<void>;
  consume(handler: Handler<M>, options: ConsumeOptions): Promise<Subscription>;
}

/** Joins a transport, or a dispatcher, to its neighbour. `<name>` is the transport's or the application's name. */
export interface Connector {
  readonly name: string;
  readonly inbound: Flow<UserMessage>;
  readonly event: Flow<TransportEvent>;
  readonly outbound: Flow<UserMessage>;
}

/** The end that publishes inbound messages and events: a transport, or the dispatcher towards an application. */
export interface TransportEnd {
  readonly name: string;
  publishInbound(message: UserMessage): Promise<void>;
  publishEvent(event: TransportEvent): Promise<void>;
  onOutbound(handler: Handler<UserMessage>, options: ConsumeOptions): Promise<Subscription>;
}

/** The end that publishes outbound messages: an application, or the dispatcher towards a transport. */
export interface ApplicationEnd {
  readonly name: string;
  publishOutbound(message: UserMessage): Promise<void>;
  onInbound(handler: Handler<UserMessage>, options: ConsumeOptions): Promise<Subscription>;
  onEvent(handler: Handler<TransportEvent>, options: ConsumeOptions): Promise<Subscription>;
}

/** Direction is a type: who holds this end has no way to publish the other way. */
export function transportEnd(connector: Connector): TransportEnd {
  return {
    name: connector.name,
    publishInbound: (message) => connector.inbound.publish(message),
    publishEvent: (event) => connector.event.publish(event),
    onOutbound: (handler, options) => connector.outbound.consume(handler, options),
  };
}

export function applicationEnd(connector: Connector): ApplicationEnd {
  return {
    name: connector.name,
    publishOutbound: (message) => connector.outbound.publish(message),
    onInbound: (handler, options) => connector.inbound.consume(handler, options),
    onEvent: (handler, options) => connector.event.consume(handler, options),
  };
}

/** How each kind of flow reads its bodies. */
export const FLOW_PARSERS = {
  inbound: parseUserMessage,
  outbound: parseUserMessage,
  event: parseEvent,
} as const satisfies Record<FlowKind, (json: string) => UserMessage | TransportEvent>;
