import { RoutingTable } from '@vumi/dispatch';
import { appKey, type AppRef } from '@vumi/core';
import type { Store } from '@vumi/store';

/** What the hot path knows of the store without asking it, renewed whenever the store changes. */
export interface Catalog extends Disposable {
  table(): RoutingTable;
  settings(ref: AppRef): Promise<AppSettings>;
  /** Runs after each renewal. */
  onReload(listener: () => void): void;
}

type AppSettings = Awaited<ReturnType<Store['apps']['settings']>>;

export async function openCatalog(store: Store): Promise<Catalog> {
  let table = new RoutingTable(await store.snapshot());
  const settings = new Map<string, Promise<AppSettings>>();
  const listeners: (() => void)[] = [];
  const load = async (): Promise<void> => {
    table = new RoutingTable(await store.snapshot());
    settings.clear();
    for (const listener of listeners) listener();
  };
  const reload = oneAtATime(load);
  // Routing does not depend on schedules.
  const subscription = store.onChange(({ what }) => (what === 'schedules' ? undefined : reload()));
  return {
    table: () => table,
    settings: (ref) => {
      const key = appKey(ref);
      const known = settings.get(key);
      if (known !== undefined) return known;
      const loading = store.apps.settings(ref);
      settings.set(key, loading);
      loading.catch(() => settings.delete(key));
      return loading;
    },
    onReload: (listener) => void listeners.push(listener),
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
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
