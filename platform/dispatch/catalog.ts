import { appKey, oneAtATime, type AppRef, type BillingSettings } from '@vumi/core';
import type { SmppClient, Store, TransportRow } from '@vumi/store';
import { PriceBook } from './credits/price-book.ts';
import { RouteTable } from './route-table.ts';

/** What the hot path knows of the store without asking it, renewed whenever the store changes. */
export interface Catalog extends Disposable {
  table(): RouteTable;
  /** Null when there is no transport of that name. */
  transportType(name: string): string | null;
  transport(name: string): TransportRow | null;
  /** How the account pays; null when it does not. */
  billing(account: string): BillingSettings | null;
  /** Whether any account pays. */
  hasBilling(): boolean;
  prices(): PriceBook;
  /** Null when there is none of that system_id. */
  smppClient(systemId: string): SmppClient | null;
  smppClients(): Iterable<SmppClient>;
  settings(ref: AppRef): Promise<AppSettings>;
  /** Runs the listener after each renewal, until what it answers is disposed of. */
  onReload(listener: () => void): Disposable;
}

/** What routing does not depend on. */
const NOT_ROUTING = new Set<string>([
  'schedules',
  'tokens',
  'cancellations',
  'workers',
  'webhooks',
  'interfaces',
  'failures',
  'components',
]);

type AppSettings = Awaited<ReturnType<Store['apps']['settings']>>;

/** Catalogs that are open, with how many have them. */
const open = new WeakMap<Store, Map<string, { readonly catalog: Promise<Catalog>; holders: number }>>();

/** One catalog for all who ask for it; closed when each has disposed of his. `fallback` as in `openCatalog`. */
export async function shareCatalog(store: Store, fallback: AppRef | null = null): Promise<Catalog> {
  const ofStore = open.get(store) ?? new Map<string, { catalog: Promise<Catalog>; holders: number }>();
  open.set(store, ofStore);
  const key = fallback === null ? '' : appKey(fallback);
  const shared = ofStore.get(key) ?? { catalog: openCatalog(store, fallback), holders: 0 };
  ofStore.set(key, shared);
  shared.holders += 1;
  const leave = (catalog: Catalog | null): void => {
    shared.holders -= 1;
    if (shared.holders > 0) return;
    if (ofStore.get(key) === shared) ofStore.delete(key);
    catalog?.[Symbol.dispose]();
  };
  const catalog = await shared.catalog.catch((error: unknown) => {
    leave(null);
    throw error;
  });
  let left = false;
  return {
    ...catalog,
    [Symbol.dispose]() {
      if (!left) leave(catalog);
      left = true;
    },
  };
}

/** `fallback`: the app that gets what no route matches. */
export async function openCatalog(
  store: Pick<Store, 'snapshot' | 'onChange' | 'apps'>,
  fallback: AppRef | null,
): Promise<Catalog> {
  let known = readSnapshot(await store.snapshot(), fallback);
  const settings = new Map<string, Promise<AppSettings>>();
  const listeners = new Set<() => void>();
  const load = async (): Promise<void> => {
    known = readSnapshot(await store.snapshot(), fallback);
    settings.clear();
    for (const listener of listeners) listener();
  };
  const reload = oneAtATime(load);
  const subscription = store.onChange(({ what }) => (NOT_ROUTING.has(what) ? undefined : reload()));
  return {
    table: () => known.table,
    transportType: (name) => known.transports.get(name)?.type ?? null,
    transport: (name) => known.transports.get(name) ?? null,
    billing: (account) => known.billing.get(account) ?? null,
    hasBilling: () => known.billing.size > 0,
    prices: () => known.prices,
    smppClient: (systemId) => known.clients.get(systemId) ?? null,
    smppClients: () => known.clients.values(),
    settings: (ref) => {
      const key = appKey(ref);
      const cached = settings.get(key);
      if (cached !== undefined) return cached;
      const loading = store.apps.settings(ref);
      settings.set(key, loading);
      loading.catch(() => settings.delete(key));
      return loading;
    },
    onReload(listener) {
      // The same function may be given twice, by two who share the catalog.
      const own = (): void => listener();
      listeners.add(own);
      return { [Symbol.dispose]: () => void listeners.delete(own) };
    },
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  };
}

function readSnapshot(snapshot: Awaited<ReturnType<Store['snapshot']>>, fallback: AppRef | null) {
  return {
    table: new RouteTable({ ...snapshot, fallbackAccount: fallback?.account ?? null }),
    transports: new Map(snapshot.transports.map((transport) => [transport.name, transport])),
    billing: new Map(
      snapshot.accounts
        .filter(({ billing }) => billing.mode !== 'off')
        .map(({ name, billing }) => [name, billing]),
    ),
    prices: new PriceBook(snapshot.prices),
    clients: new Map(snapshot.smpp_clients.map((client) => [client.system_id, client])),
  };
}
