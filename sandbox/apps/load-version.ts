import type { AppRef } from '@vumi/core';
import type { VersionCode } from './app.ts';

/** What of the store reading a version needs. */
export interface VersionStore {
  readonly versions: {
    worker(ref: AppRef, version: number): Promise<Pick<VersionCode, 'code' | 'map'>>;
    get(ref: AppRef, version: number): Promise<Pick<VersionCode, 'manifest'>>;
  };
}

/** A version as the sandbox takes it. */
export async function loadVersion(
  { versions }: VersionStore,
  ref: AppRef,
  version: number,
): Promise<VersionCode> {
  const [{ code, map }, { manifest }] = await Promise.all([
    versions.worker(ref, version),
    versions.get(ref, version),
  ]);
  return { code, map, manifest };
}
