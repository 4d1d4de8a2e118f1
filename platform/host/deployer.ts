import { VumiError, type AppRef, type EndpointFaults } from '@vumi/core';
import {
  endpointWarnings,
  intakeBundle,
  probeWorker,
  settleLibraries,
  type AppSettings,
  type Bundle,
} from '@vumi/sandbox';
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

export interface DeployPorts {
  readonly store: Store;
  /** What the app can send by. */
  readonly endpoints: (ref: AppRef) => EndpointFaults;
}

/** Takes a zip in: checked, compiled, loaded and tested in a throw-away runner, and only then stored and activated. */
export async function deployBundle(
  { store, endpoints }: DeployPorts,
  ref: AppRef,
  zip: Buffer,
  options: DeployOptions,
): Promise<Deployment> {
  const bundle = await intakeBundle(zip);
  if (options.selfTest) refuseFaultyTranscript(bundle);
  const settings = await settingsOf(store, ref);
  const { manifest, warnings: ofLibraries } = await settleLibraries(bundle, {
    account: ref.account,
    settings,
  });
  const warnings = [...ofLibraries, ...bundle.warnings];
  const { handlers } = await probeWorker(bundle.worker.code, bundle.worker.map, {
    account: ref.account,
    manifest,
    settings,
    transcript: options.selfTest ? bundle.transcript : [],
  }).catch((error: unknown) => {
    throw withWarnings(error, warnings);
  });
  const { version, created } = await store.versions.add({
    ref,
    bundle: zip,
    sha256: bundle.sha256,
    manifest,
    handlers,
    worker: bundle.worker,
    files: bundle.files,
    activate: options.activate,
  });
  return {
    version,
    created,
    warnings: [...warnings, ...endpointWarnings(manifest, settings, endpoints(ref))],
  };
}

/** A conversation that cannot be had proves nothing. */
function refuseFaultyTranscript({ transcriptFault: fault }: Bundle): void {
  if (fault === null) return;
  throw new VumiError(
    'bundle.refused',
    `transcript.json is no list of {"from", "say", "expect"}: ${fault}; correct it, or deploy with --no-self-test (?self_test=false)`,
    { details: { reason: 'transcript-invalid', file: 'transcript.json' } },
  );
}

/** What was odd about a bundle is often why it does not load, such as a library that is not there. */
function withWarnings(error: unknown, warnings: readonly string[]): unknown {
  if (!(error instanceof VumiError) || error.code !== 'app.load_failed' || warnings.length === 0)
    return error;
  const { details } = error;
  const text = `${error.message}\n${warnings.join('\n')}`;
  return new VumiError(error.code, text, { cause: error, ...(details === undefined ? {} : { details }) });
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
