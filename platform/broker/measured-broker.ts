import { EXCHANGES, VumiError, type BodyHandler, type Broker } from '@vumi/core';
import { brokerMeasures } from '@vumi/measures';

const { publishSeconds, publishErrors, consumed, redelivered, putBack, inFlight, handlingSeconds } =
  brokerMeasures;

/** The same broker; what passes is measured. */
export function measuredBroker(broker: Broker): Broker {
  return {
    publish(routingKey, body, exchange = EXCHANGES.messages, headers?: Readonly<Record<string, string>>) {
      const startedAt = performance.now();
      const published = broker.publish(routingKey, body, exchange, headers);
      published.then(
        () => (exchange.confirms ? publishSeconds.since(startedAt) : undefined),
        (error: unknown) => publishErrors.add(1, codeOf(error)),
      );
      return published;
    },
    consume: (queue, handle, options) => broker.consume(queue, measured(queue, handle), options),
    bind: (queue, key, exchange) => broker.bind(queue, key, exchange),
    depth: (queue) => broker.depth(queue),
    consumers: (queue) => broker.consumers(queue),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

function measured(queue: string, handle: BodyHandler): BodyHandler {
  const taken = consumed.countOf(queue);
  return async (body, delivery) => {
    const startedAt = performance.now();
    taken.count += 1;
    if (delivery.redelivered) redelivered.add(1, queue);
    inFlight.add(1, queue);
    try {
      await handle(body, delivery);
    } catch (error) {
      putBack.add(1, queue);
      throw error;
    } finally {
      inFlight.add(-1, queue);
      handlingSeconds.since(startedAt, queue);
    }
  };
}

function codeOf(error: unknown): string {
  return error instanceof VumiError ? error.code : 'internal';
}
