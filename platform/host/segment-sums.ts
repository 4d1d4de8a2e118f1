import { endpointOf, type AppRef, type UserMessage } from '@vumi/core';
import { createSegmentCounts, type Catalog } from '@vumi/dispatch';
import { wayOf } from './network-of.ts';
import { offeredTransports } from './offered-transports.ts';

/** In how many segments what an app sends leaves, as its transports cut it. What leaves by nothing has none. */
export function createSegmentSums(
  catalog: Pick<Catalog, 'table' | 'transport'>,
): (ref: AppRef, messages: readonly UserMessage[]) => number {
  const count = createSegmentCounts(offeredTransports, catalog);
  return (ref, messages) =>
    messages.reduce((sum, message) => {
      const transport = message.transport_name ?? wayOf(catalog, ref, endpointOf(message))?.name;
      return transport === undefined ? sum : sum + count(message, transport, 'outbound');
    }, 0);
}
