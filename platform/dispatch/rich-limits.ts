import { TEXT_ONLY, type RichLimits } from '@vumi/core';
import type { Catalog } from './catalog.ts';

/** What a transport can show beside text. */
export type LimitsOf = (transport: string) => RichLimits;

/** Kinds of transports, as far as they can show more than text. */
export type ShowingTypes = Readonly<Record<string, { readonly limits?: RichLimits }>>;

/** Of transports of the store; what is not known of another can be shown as text. */
export function createLimitsOf(types: ShowingTypes, catalog: Pick<Catalog, 'transportType'>): LimitsOf {
  return (transport) => {
    const type = catalog.transportType(transport);
    return (type === null ? undefined : types[type]?.limits) ?? TEXT_ONLY;
  };
}
