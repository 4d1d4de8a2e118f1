import type { Broker, BodyHandler } from '@vumi/core';
import type { Tracing } from './tracing.ts';

/** When a body was published, milliseconds since the epoch: beside `traceparent`, so that its wait is a span. */
const PUBLISHED_AT = 'vumi-published-at';
const PARENT = 'traceparent';

/** A broker that carries traces in the headers of messages. Bodies stay as they are. */
export function tracedBroker(broker: Broker, tracing: Tracing): Broker {
  return {
    publish: (key, body, exchange) => {
      if (tracing.current() === null) return broker.publish(key, body, exchange);
      return tracing.within(
        `publish ${key}`,
        { kind: 'producer', attributes: { 'messaging.destination.name': key } },
        () => {
          const headers = { [PARENT]: tracing.current() ?? '', [PUBLISHED_AT]: String(Date.now()) };
          return broker.publish(key, body, exchange, headers);
        },
      );
    },
    consume: (queue, handle, options) =>
      broker.consume(queue, tracedHandler(queue, handle, tracing), options),
    bind: (queue, key, exchange) => broker.bind(queue, key, exchange),
    depth: (queue) => broker.depth(queue),
    consumers: (queue) => broker.consumers(queue),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

/** What comes without a trace, as from a Python Vumi, begins one. */
function tracedHandler(queue: string, handle: BodyHandler, tracing: Tracing): BodyHandler {
  const attributes = { 'messaging.destination.name': queue };
  return (body, delivery) => {
    const { [PARENT]: parent, [PUBLISHED_AT]: publishedAt } = delivery.headers ?? {};
    const options = { kind: 'consumer', attributes, parent: parent ?? null } as const;
    return tracing.within(`process ${queue}`, options, () => {
      const from = Number(publishedAt);
      if (Number.isFinite(from) && from > 0)
        tracing.past(`wait ${queue}`, { from, to: Math.max(from, Date.now()) });
      return handle(body, delivery);
    });
  };
}
