import { isDeepStrictEqual } from 'node:util';
import type { KeyedState } from '@vumi/core';
import type { Store, WorkerRow } from '@vumi/store';
import type { SpecSource } from './follow-specs.ts';
import type { WorkerSpec } from './worker-spec.ts';

/** Workers that were started at run time: they are there again when their processes are. */
export interface StoredWorkers extends SpecSource {
  /** Whether all supervisors have the same list. */
  readonly isShared: boolean;
  get(name: string): Promise<WorkerRow | null>;
  put(worker: WorkerRow): Promise<void>;
  /** False when there is none. */
  remove(name: string): Promise<boolean>;
  /** Has those who run it start it anew. False when there is none. */
  restart(name: string): Promise<boolean>;
}

/** In the database, for all supervisors; one runs those that name it, and with `others` those that name none. */
export function workersInStore(
  { workers, onChange }: Pick<Store, 'workers' | 'onChange'>,
  supervisor: string,
  { others }: { readonly others: boolean },
): StoredWorkers {
  const isMine = (row: WorkerRow): boolean =>
    row.supervisor === supervisor || (others && row.supervisor === null);
  return {
    isShared: true,
    list: async () => (await workers.list()).filter(isMine).map(toSpec),
    onChange: (listener) => onChange(({ what }) => (what === 'workers' ? listener() : undefined)),
    get: (name) => workers.get(name),
    put: (worker) => workers.put(worker),
    remove: (name) => workers.remove(name),
    restart: (name) => workers.restart(name),
  };
}

/** In the keyed state, for a supervisor without a database: each has its own list, and nobody else writes it. */
export function workersInState(state: KeyedState, supervisor: string): StoredWorkers {
  const key = `runtime/${supervisor}/workers`;
  const listeners = new Set<() => void | Promise<void>>();
  const read = async (): Promise<WorkerRow[]> => JSON.parse((await state.get(key)) ?? '[]') as WorkerRow[];
  let writing: Promise<unknown> = Promise.resolve();
  /** One change at a time; false when nothing changed. */
  const change = (make: (rows: readonly WorkerRow[]) => WorkerRow[]): Promise<boolean> => {
    const result = writing.then(async () => {
      const before = await read();
      const after = make(before);
      if (isDeepStrictEqual(before, after)) return false;
      await state.set(key, JSON.stringify(after));
      await Promise.all([...listeners].map(async (listener) => listener()));
      return true;
    });
    writing = result.catch(() => {});
    return result;
  };
  const without = (rows: readonly WorkerRow[], name: string): WorkerRow[] =>
    rows.filter((row) => row.name !== name);
  return {
    isShared: false,
    list: async () => (await read()).map(toSpec),
    onChange(listener) {
      const entry = (): void | Promise<void> => listener();
      listeners.add(entry);
      return { [Symbol.dispose]: () => void listeners.delete(entry) };
    },
    get: async (name) => (await read()).find((row) => row.name === name) ?? null,
    put: async (worker) => void (await change((rows) => [...without(rows, worker.name), worker])),
    remove: (name) => change((rows) => without(rows, name)),
    restart: (name) =>
      change((rows) => rows.map((row) => (row.name === name ? { ...row, restarts: row.restarts + 1 } : row))),
  };
}

function toSpec({ name, type, config, placement, restarts }: WorkerRow): WorkerSpec {
  return {
    name,
    type,
    config,
    ...(placement === null ? {} : { placement }),
    restarts,
    origin: 'run time',
    group: 'run time',
  };
}
