import { VumiError, type AppRef } from '@vumi/core';
import type { Catalog } from '@vumi/dispatch';
import { takeMiddleware } from '@vumi/middleware';
import type { TransportRow } from '@vumi/store';
import { transportTypes, type TransportType } from '@vumi/transports';

/** What rows say, by the row: a catalog has new ones after each change. */
const known = new WeakMap<TransportRow, string | null>();

/**
 * `transport_type` of what an app sends by an endpoint: as the transport puts it on each message. Null where each message has
 * its own, as over SMPP, or where nothing leaves by the endpoint.
 */
export function networkOf(
  catalog: Pick<Catalog, 'table' | 'transport'>,
  ref: AppRef,
  endpoint: string,
): string | null {
  const row = wayOf(catalog, ref, endpoint);
  if (row === null) return null;
  const before = known.get(row);
  if (before !== undefined) return before;
  const type = typeIn(row);
  known.set(row, type);
  return type;
}

/** The transport that takes what an app sends by an endpoint; null where nothing leaves by it. */
export function wayOf(
  { table, transport }: Pick<Catalog, 'table' | 'transport'>,
  { account, app }: AppRef,
  endpoint: string,
): TransportRow | null {
  try {
    return transport(table().wayOut(account, { app, endpoint }).transport);
  } catch (error) {
    if (error instanceof VumiError) return null;
    throw error;
  }
}

function typeIn({ type, config }: TransportRow): string | null {
  const types: Readonly<Record<string, TransportType>> = transportTypes;
  const options = types[type]?.configSchema.safeParse(takeMiddleware(config).config);
  const { transport_type: put } = (options?.data ?? {}) as { readonly transport_type?: unknown };
  return typeof put === 'string' ? put : null;
}
