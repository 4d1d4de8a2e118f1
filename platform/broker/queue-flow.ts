import {
  bodyOf,
  FLOW_PARSERS,
  routingKey,
  type Broker,
  type Flow,
  type FlowKind,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';

/** What travels in each kind of flow. */
export interface FlowMessages {
  readonly inbound: UserMessage;
  readonly event: TransportEvent;
  readonly outbound: UserMessage;
}

/**
 * A flow that is the queue `<connector>.<kind>`. A body that does not parse goes to `<connector>.failures` at once,
 * with the text of the parse error.
 */
export function queueFlow<K extends FlowKind>(
  broker: Broker,
  connector: string,
  kind: K,
): Flow<FlowMessages[K]> {
  const key = routingKey(connector, kind);
  const failuresKey = routingKey(connector, 'failures');
  const parse = FLOW_PARSERS[kind] as (json: string) => FlowMessages[K];
  return {
    publish: (message) => broker.publish(key, bodyOf(message)),
    consume: (handler, options) =>
      broker.consume(key, async (body, delivery) => handler(parse(body), delivery), {
        ...options,
        failuresKey,
      }),
  };
}
