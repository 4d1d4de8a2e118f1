import type { AppRef } from '@vumi/core';
import type { VersionCode } from '@vumi/sandbox';
import type { Store } from '@vumi/store';

/** A version as the sandbox takes it. */
export async function loadVersion(store: Store, ref: AppRef, version: number): Promise<VersionCode> {
  const [{ code, map }, { manifest }] = await Promise.all([
    store.versions.worker(ref, version),
    store.versions.get(ref, version),
  ]);
  return { code, map, manifest };
}
