import { endpointOf, VumiError, type AppRef, type UserMessage } from '@vumi/core';
import { createSegmentCounts, type Catalog } from '@vumi/dispatch';
import { wayOf } from './network-of.ts';
import { offeredTransports } from './offered-transports.ts';

/**
 * In how many segments what an app sends leaves, as its transports cut it. What leaves by nothing has none; what leaves by a
 * transport whose options are wrong, and which sends nothing, counts as one.
 */
export function createSegmentSums(
  catalog: Pick<Catalog, 'table' | 'transport'>,
): (ref: AppRef, messages: readonly UserMessage[]) => number {
  const count = createSegmentCounts(offeredTransports, catalog);
  const countOf = (message: UserMessage, transport: string): number => {
    try {
      return count(message, transport, 'outbound');
    } catch (error) {
      if (error instanceof VumiError) return 1;
      throw error;
    }
  };
  return (ref, messages) =>
    messages.reduce((sum, message) => {
      const transport = message.transport_name ?? wayOf(catalog, ref, endpointOf(message))?.name;
      return transport === undefined ? sum : sum + countOf(message, transport);
    }, 0);
}
