import { VumiError, type AppRef, type KeyedState } from '@vumi/core';
import {
  deleteAppState,
  listAppState,
  readAppState,
  writeAppState,
  type StateEntry,
  type StateOwner,
  type StateWritten,
} from './app-state.ts';
import type { Manifest } from './bundle/manifest.ts';

/** What of the store finding an app's state needs. */
export interface AppStateStore {
  readonly apps: { get(ref: AppRef): Promise<{ readonly active_version: number | null }> };
  readonly versions: { get(ref: AppRef, version: number): Promise<{ readonly manifest: Manifest }> };
  readonly accounts: { get(name: string): Promise<{ readonly limits: Readonly<Record<string, number>> }> };
}

/** What apps keep, as others look at it and change it; `user` null: what an app's users share. */
export interface StoredAppState {
  /** By key, from `after` on. */
  list(
    ref: AppRef,
    user: string | null,
    page: { prefix: string; after: string | undefined; limit: number },
  ): Promise<{ items: StateEntry[]; next: string | null }>;
  /** Undefined when there is none. */
  read(ref: AppRef, user: string | null, key: string): Promise<unknown>;
  /** False when there was none. */
  delete(ref: AppRef, user: string | null, key: string): Promise<boolean>;
  /** All or none. */
  write(
    ref: AppRef,
    user: string | null,
    entries: readonly StateEntry[],
    dryRun?: boolean,
  ): Promise<StateWritten>;
}

/** The state of apps, of the version that is active. */
export function openAppState(store: AppStateStore, state: KeyedState): StoredAppState {
  const ownerOf = async (ref: AppRef, user: string | null): Promise<StateOwner> => {
    const { active_version: version } = await store.apps.get(ref);
    if (version === null)
      throw new VumiError('request.conflict', `no version of "${ref.app}" is active: activate one first`);
    const [{ manifest }, { limits }] = await Promise.all([
      store.versions.get(ref, version),
      store.accounts.get(ref.account),
    ]);
    return { ref, manifest, plan: limits, user };
  };
  return {
    list: async (ref, user, page) => listAppState(state, await ownerOf(ref, user), page),
    read: async (ref, user, key) => readAppState(state, await ownerOf(ref, user), key),
    delete: async (ref, user, key) => deleteAppState(state, await ownerOf(ref, user), key),
    write: async (ref, user, entries, dryRun) =>
      writeAppState(state, await ownerOf(ref, user), entries, dryRun),
  };
}
