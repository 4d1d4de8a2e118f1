import { transportTypes } from '@vumi/transports';
import type { Catalog } from './catalog.ts';

type TransportTypes = Readonly<
  Record<string, { readonly readReceiver?: (address: string) => string | null }>
>;

/** An address as the network of a transport has it; null when nobody could have it there. */
export function readReceiver(
  catalog: Pick<Catalog, 'transportType'>,
  transport: string,
  address: string,
): string | null {
  const types: TransportTypes = transportTypes;
  const type = catalog.transportType(transport);
  const read = type === null ? undefined : types[type]?.readReceiver;
  if (read !== undefined) return read(address);
  return address === '' ? null : address;
}
