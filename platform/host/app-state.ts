import type { ApiPorts } from '@vumi/api';
import { VumiError, type AppRef, type KeyedState } from '@vumi/core';
import { deleteAppState, listAppState, readAppState, writeAppState, type StateOwner } from '@vumi/sandbox';
import type { Store } from '@vumi/store';

/** The state of apps as the API shows and changes it. */
export function openAppState(store: Store, state: KeyedState): ApiPorts['appState'] {
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
