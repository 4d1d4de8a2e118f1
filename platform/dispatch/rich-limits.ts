import { TEXT_ONLY, type RichLimits } from '@vumi/core';
import type { TransportRow } from '@vumi/store';
import type { Catalog } from './catalog.ts';

/** What a transport can show beside text. */
export type LimitsOf = (transport: string) => RichLimits;

/** Kinds of transports, as far as they can show more than text. */
export type ShowingTypes = Readonly<Record<string, { readonly limits?: (config: unknown) => RichLimits }>>;

/** Of transports of the store; what is not known of another can be shown as text. */
export function createLimitsOf(types: ShowingTypes, catalog: Pick<Catalog, 'transport'>): LimitsOf {
  /** Made of a row of the catalog; a changed row is another one. */
  const made = new WeakMap<TransportRow, RichLimits>();
  return (transport) => {
    const row = catalog.transport(transport);
    if (row === null) return TEXT_ONLY;
    const known = made.get(row);
    if (known !== undefined) return known;
    const limits = types[row.type]?.limits?.(row.config) ?? TEXT_ONLY;
    made.set(row, limits);
    return limits;
  };
}
