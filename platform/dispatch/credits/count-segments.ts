import { inText, readRich, TEXT_ONLY, type RichLimits, type UserMessage } from '@vumi/core';
import { segmentText, type TextOptions } from '@vumi/core/text';
import type { TransportRow } from '@vumi/store';
import type { Catalog } from '../catalog.ts';

type Counter = (message: UserMessage) => number;
const one: Counter = () => 1;

/** Kinds of transports, as far as they know how they cut messages. */
export type CountingTypes = Readonly<
  Record<
    string,
    {
      readonly textOptions?: (config: unknown) => TextOptions;
      readonly countSegments?: (config: unknown) => Counter;
      readonly limits?: (config: unknown) => RichLimits;
    }
  >
>;

/** How many segments a message is sent in, or was sent in by a phone. What is cut into none counts as one. */
export type CountSegments = (
  message: UserMessage,
  transport: string,
  direction: 'inbound' | 'outbound',
) => number;

/** Counts as the transports of the store do; `unknown`, of transports that it does not have. */
export function createSegmentCounts(
  types: CountingTypes,
  catalog: Pick<Catalog, 'transport'>,
  unknown: Counter = one,
): CountSegments {
  /** Made of a row of the catalog; a changed row is another one. */
  const made = new WeakMap<TransportRow, Record<'inbound' | 'outbound', Counter>>();
  return (message, name, direction) => {
    const row = catalog.transport(name);
    if (row === null) return unknown(message);
    let counters = made.get(row);
    if (counters === undefined) {
      counters = countersOf(types, row);
      made.set(row, counters);
    }
    return counters[direction](message);
  };
}

function countersOf(
  types: CountingTypes,
  { type, config }: TransportRow,
): Record<'inbound' | 'outbound', Counter> {
  const kind = types[type];
  const options = kind?.textOptions?.(config);
  return {
    inbound:
      options === undefined
        ? one
        : ({ content, transport_type: over }) =>
            over === 'ussd' ? 1 : segmentText(content ?? '', options).segments.length,
    outbound: countShown(kind?.countSegments?.(config) ?? one, kind?.limits?.(config) ?? TEXT_ONLY),
  };
}

/** Counts what is sent: what the network cannot show beside the text is lines of it. */
function countShown(count: Counter, limits: RichLimits): Counter {
  return (message) => count(inText(message, readRich(message), limits));
}
