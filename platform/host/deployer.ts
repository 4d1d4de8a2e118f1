import type { AppRef } from '@vumi/core';
import { intakeBundle, probeWorker } from '@vumi/sandbox';
import type { AppVersion, Store } from '@vumi/store';

export interface Deployment {
  readonly version: AppVersion;
  /** False when the app has this very bundle already. */
  readonly created: boolean;
  readonly warnings: string[];
}

/** Takes a zip in: checked, compiled, loaded once in a throw-away runner, and only then stored and activated. */
export async function deployBundle(
  store: Store,
  ref: AppRef,
  zip: Buffer,
  options: { activate: boolean },
): Promise<Deployment> {
  const bundle = await intakeBundle(zip);
  const { handlers } = await probeWorker(bundle.worker.code, bundle.worker.map, bundle.manifest);
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
