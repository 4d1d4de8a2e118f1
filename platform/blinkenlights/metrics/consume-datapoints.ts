import type { Exchange, Subscription } from '@vumi/core';
import type { WorkerPorts } from '@vumi/runtime';
import { parseDatapoints, type Datapoint } from './datapoint.ts';

const PREFETCH = 200;

/** Where metric messages come from. */
export interface DatapointSource {
  readonly queue: string;
  readonly exchange: Exchange;
  /** Default: the queue's name. */
  readonly key?: string;
}

/**
 * Takes metric messages of a queue. What is none is logged and dropped: metrics are of the moment, and nobody would look
 * for them among failures. (A Python worker of metrics ended its consumer at such a message.)
 */
export function consumeDatapoints(
  { broker, logger }: Pick<WorkerPorts, 'broker' | 'logger'>,
  { queue, exchange, key = queue }: DatapointSource,
  handle: (datapoints: readonly Datapoint[]) => Promise<void> | void,
): Promise<Subscription> {
  return broker.consume(
    queue,
    async (body) => {
      const datapoints = parseDatapoints(body);
      if (datapoints === null) logger.warn({ queue, body: body.slice(0, 200) }, 'no metric message: dropped');
      else await handle(datapoints);
    },
    {
      exchange,
      bindingKey: key,
      prefetch: PREFETCH,
      maxAttempts: Number.MAX_SAFE_INTEGER,
      failuresKey: `${queue}.failures`,
    },
  );
}
