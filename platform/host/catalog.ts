import { RoutingTable } from '@vumi/dispatch';
import { appKey, type AppRef } from '@vumi/core';
import type { SmppClient, Store } from '@vumi/store';

/** What the hot path knows of the store without asking it, renewed whenever the store changes. */
export interface Catalog extends Disposable {
  table(): RoutingTable;
  /** Null when there is no transport of that name. */
  transportType(name: string): string | null;
  /** Null when there is none of that system_id. */
  smppClient(systemId: string): SmppClient | null;
  smppClients(): Iterable<SmppClient>;
  settings(ref: AppRef): Promise<AppSettings>;
  /** Runs after each renewal. */
  onReload(listener: () => void): void;
}

/** What routing does not depend on. */
const NOT_ROUTING = new Set<string>(['schedules', 'tokens', 'cancellations']);

type AppSettings = Awaited<ReturnType<Store['apps']['settings']>>;

/** `fallback`: the app that gets what no route matches. */
export async function openCatalog(store: Store, fallback: AppRef | null): Promise<Catalog> {
  let known = readSnapshot(await store.snapshot(), fallback);
  const settings = new Map<string, Promise<AppSettings>>();
  const listeners: (() => void)[] = [];
  const load = async (): Promise<void> => {
    known = readSnapshot(await store.snapshot(), fallback);
    settings.clear();
    for (const listener of listeners) listener();
  };
  const reload = oneAtATime(load);
  const subscription = store.onChange(({ what }) => (NOT_ROUTING.has(what) ? undefined : reload()));
  return {
    table: () => known.table,
    transportType: (name) => known.transportTypes.get(name) ?? null,
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
    onReload: (listener) => void listeners.push(listener),
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  };
}

function readSnapshot(snapshot: Awaited<ReturnType<Store['snapshot']>>, fallback: AppRef | null) {
  return {
    table: new RoutingTable({ ...snapshot, fallbackAccount: fallback?.account ?? null }),
    transportTypes: new Map(snapshot.transports.map(({ name, type }) => [name, type])),
    clients: new Map(snapshot.smpp_clients.map((client) => [client.system_id, client])),
  };
}

/** Runs `task` once at a time. Who calls during a run waits for the next one, which sees what that caller has written. */
function oneAtATime(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const run = (): Promise<void> => {
    next = null;
    running = task().finally(() => {
      running = null;
    });
    return running;
  };
  return () => {
    if (running === null) return run();
    next ??= running.then(run, run);
    return next;
  };
}
