import type { AppRef } from '@vumi/core';
import { replayRun, type ReplayResult } from '@vumi/sandbox';
import type { Store } from '@vumi/store';
import { loadVersion } from './version-code.ts';

/** Runs a recorded message of an app again: with the version that ran then when `version` is null. */
export async function replayMessage(
  store: Store,
  ref: AppRef,
  messageId: string,
  version: number | null,
): Promise<ReplayResult> {
  const run = await store.runs.get(ref, messageId);
  const wanted = version ?? run.version;
  const [code, settings] = await Promise.all([loadVersion(store, ref, wanted), store.apps.settings(ref)]);
  return replayRun({ ref, run, version: wanted, code, settings });
}
