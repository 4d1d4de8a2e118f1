import { VumiError, type AppRef, type EndpointFaults, type KeyedState, type TalkPolicy } from '@vumi/core';
import type { AppSettings } from './apps/app.ts';
import { intakeBundle, type Bundle } from './bundle/intake.ts';
import type { Manifest } from './bundle/manifest.ts';
import { endpointWarnings } from './bundle/wanted-endpoints.ts';
import { newestTalks } from './open-talks.ts';
import { settleLibraries } from './trial/library-trial.ts';
import { probeApp } from './trial/probe.ts';
import { MOST_PROVEN, proveTalks, type ProofSubject, type TalksProof } from './trial/prove-talks.ts';

/** `V`: a version as the store describes it. */
export interface Deployment<V> {
  readonly version: V;
  /** False when the app has this very bundle already. */
  readonly created: boolean;
  readonly warnings: string[];
  /** Which open conversations could go on with this version; null where none are open, or that could not be tried. */
  readonly talks: TalksProof | null;
}

export interface DeployOptions {
  readonly activate: boolean;
  /** False: the bundle's transcript is not run. */
  readonly selfTest: boolean;
  /** With `activate`: what becomes of conversations that are open on earlier versions. Default: pin. */
  readonly talks?: TalkPolicy | undefined;
  /** False: open conversations are not tried with the new version. */
  readonly proveTalks?: boolean | undefined;
}

/** A version to be kept. */
interface CheckedVersion extends Pick<Bundle, 'sha256' | 'worker' | 'files'> {
  readonly ref: AppRef;
  /** The zip as it was uploaded. */
  readonly bundle: Buffer;
  readonly manifest: Manifest;
  readonly handlers: readonly string[];
  readonly activate: boolean;
  readonly talks?: TalkPolicy;
}

export interface DeployPorts<V> {
  readonly store: {
    readonly versions: { add(version: CheckedVersion): Promise<{ version: V; created: boolean }> };
    readonly apps: { settings(ref: AppRef): Promise<AppSettings> };
  };
  /** What the app can send by. */
  readonly endpoints: (ref: AppRef) => EndpointFaults;
  /** Where conversations are remembered; absent: none are open. */
  readonly state?: KeyedState;
}

/** Takes a zip in: checked, compiled, loaded and tested in a throw-away runner, and only then stored and activated. */
export async function deployBundle<V extends { readonly version: number }>(
  { store, endpoints, state }: DeployPorts<V>,
  ref: AppRef,
  zip: Buffer,
  options: DeployOptions,
): Promise<Deployment<V>> {
  const bundle = await intakeBundle(zip);
  if (options.selfTest) refuseFaultyTranscript(bundle);
  const settings = await settingsOf(store, ref);
  const { manifest, warnings: ofLibraries } = await settleLibraries(bundle, {
    account: ref.account,
    settings,
  });
  const warnings = [...ofLibraries, ...bundle.warnings];
  const { handlers } = await probeApp(bundle.worker.code, bundle.worker.map, {
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
    ...(options.talks === undefined ? {} : { talks: options.talks }),
  });
  const subject = { ref, version: version.version, code: { ...bundle.worker, manifest }, settings };
  return {
    version,
    created,
    talks: state === undefined || options.proveTalks === false ? null : await proofOf(state, subject),
    warnings: [...warnings, ...endpointWarnings(manifest, settings, endpoints(ref))],
  };
}

/** The version is deployed by now, whatever comes of it. */
async function proofOf(state: KeyedState, subject: ProofSubject): Promise<TalksProof | null> {
  try {
    const query = { except: subject.version, limit: MOST_PROVEN };
    const found = await newestTalks(state, subject.ref, query);
    return found.open === 0 ? null : await proveTalks(subject, found);
  } catch (error) {
    if (error instanceof VumiError) return null;
    throw error;
  }
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
async function settingsOf({ apps }: DeployPorts<unknown>['store'], ref: AppRef): Promise<AppSettings> {
  try {
    return await apps.settings(ref);
  } catch (error) {
    if (error instanceof VumiError && error.code === 'not_found') return { config: {}, secrets: {} };
    throw error;
  }
}
