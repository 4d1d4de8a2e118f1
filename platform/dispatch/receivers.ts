import type { Catalog } from './catalog.ts';

/** The address as the network of the transport has it; null when nobody could have it there. */
export type ReadReceiver = (transport: string, address: string) => string | null;

/** Kinds of transports, as far as they know how addresses of their networks are written. */
export type TransportTypes = Readonly<
  Record<string, { readonly readReceiver?: (address: string) => string | null }>
>;

/** Reads addresses as the transports of the store do. */
export function createReadReceiver(
  types: TransportTypes,
  catalog: Pick<Catalog, 'transportType'>,
): ReadReceiver {
  return (transport, address) => {
    const type = catalog.transportType(transport);
    const read = type === null ? undefined : types[type]?.readReceiver;
    if (read !== undefined) return read(address);
    return address === '' ? null : address;
  };
}
