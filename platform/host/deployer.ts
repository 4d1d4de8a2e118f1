import { VumiError, type AppRef } from '@vumi/core';
import { intakeBundle, probeWorker, type AppSettings } from '@vumi/sandbox';
import type { AppVersion, Store } from '@vumi/store';

export interface Deployment {
  readonly version: AppVersion;
  /** False when the app has this very bundle already. */
  readonly created: boolean;
  readonly warnings: string[];
}

export interface DeployOptions {
  readonly activate: boolean;
  /** False: the bundle's transcript is not run. */
  readonly selfTest: boolean;
}

/** Takes a zip in: checked, compiled, loaded and tested in a throw-away runner, and only then stored and activated. */
export async function deployBundle(
  store: Store,
  ref: AppRef,
  zip: Buffer,
  options: DeployOptions,
): Promise<Deployment> {
  const bundle = await intakeBundle(zip);
  const { handlers } = await probeWorker(bundle.worker.code, bundle.worker.map, {
    account: ref.account,
    manifest: bundle.manifest,
    settings: await settingsOf(store, ref),
    transcript: options.selfTest ? bundle.transcript : [],
  });
  const { version, created } = await store.versions.add({
    ref,
    bundle: zip,
    sha256: bundle.sha256,
    manifest: bundle.manifest,
    handlers,
    worker: bundle.worker,
    files: bundle.files,
    activate: options.activate,
  });
  return { version, created, warnings: bundle.warnings };
}

/** What the self-test runs with: nothing is set for an app that is deployed for the first time. */
async function settingsOf(store: Store, ref: AppRef): Promise<AppSettings> {
  try {
    return await store.apps.settings(ref);
  } catch (error) {
    if (error instanceof VumiError && error.code === 'not_found') return { config: {}, secrets: {} };
    throw error;
  }
}
