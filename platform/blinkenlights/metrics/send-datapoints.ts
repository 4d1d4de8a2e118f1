import type { Broker, Exchange } from '@vumi/core';
import { z } from 'zod';
import { encodeDatapoints, type Datapoint } from './datapoint.ts';

/** The option of workers that send datapoints on. */
export const batchOption = z
  .number()
  .int()
  .min(1)
  .default(1)
  .describe('Datapoints that one message may hold. Vumi’s workers send 1, and take any number. Default: 1');

/** Sends datapoints under a key, so many in a message. */
export async function sendDatapoints(
  broker: Broker,
  place: { readonly key: string; readonly exchange: Exchange; readonly batch: number },
  datapoints: readonly Datapoint[],
): Promise<void> {
  const { key, exchange, batch } = place;
  for (let from = 0; from < datapoints.length; from += batch)
    await broker.publish(key, encodeDatapoints(datapoints.slice(from, from + batch)), exchange);
}
