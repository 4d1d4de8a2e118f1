import type { AppRef } from '@vumi/core';
import type { AppSettings } from '../apps/app.ts';
import { loadVersion, type VersionStore } from '../apps/load-version.ts';
import { replayRun, type ReplayRequest, type ReplayResult } from './replay.ts';

/** What of the store a replay needs. */
export interface ReplayStore extends VersionStore {
  readonly runs: { get(ref: AppRef, messageId: string): Promise<ReplayRequest['run']> };
  readonly apps: { settings(ref: AppRef): Promise<AppSettings> };
}

/** Runs a recorded message of an app again: with the version that ran then when `version` is null. */
export async function replayMessage(
  store: ReplayStore,
  ref: AppRef,
  messageId: string,
  version: number | null,
): Promise<ReplayResult> {
  const run = await store.runs.get(ref, messageId);
  const wanted = version ?? run.version;
  const [code, settings] = await Promise.all([loadVersion(store, ref, wanted), store.apps.settings(ref)]);
  return replayRun({ ref, run, version: wanted, code, settings });
}
