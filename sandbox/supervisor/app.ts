import { appKey, type AppRef } from '@vumi/core';
import type { AppKind } from '../app-kind.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { createSecretBlot, type SecretBlot } from '../recording/secret-blot.ts';
import { limitsOf, type Limits } from '../limits.ts';
import { createStackMapper, type StackMapper } from './stack.ts';

/** What the app's account has set. */
export interface AppSettings {
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** The plan of its account, in place of the platform's limits. */
  readonly limits?: Readonly<Record<string, number>>;
}

/** A version's code, as the store keeps it. */
export interface VersionCode {
  /** `sdk` where nothing is said. */
  readonly kind?: AppKind;
  readonly code: string;
  readonly map: string | null;
  readonly manifest: Manifest;
}

/** An app as it is to be run now: one version with one state of its settings. */
export interface LoadedApp {
  readonly ref: AppRef;
  readonly key: string;
  readonly kind: AppKind;
  readonly version: number;
  readonly limits: Limits;
  readonly settings: AppSettings;
  readonly apology: string | undefined;
  readonly mapStack: StackMapper;
  readonly blot: SecretBlot;
  /** Fields of the frame that loads it. */
  readonly frame: { readonly limits: string; readonly settings: string; readonly code: string };
}

export interface AppPorts {
  activeVersion(ref: AppRef): number | null;
  loadVersion(ref: AppRef, version: number): Promise<VersionCode>;
  settings(ref: AppRef): Promise<AppSettings>;
}

/** Makes of a version and its settings what runners are given. */
export function prepareApp(
  ref: AppRef,
  version: number,
  from: { code: VersionCode; settings: AppSettings; limits: Limits },
): LoadedApp {
  const { code, settings } = from;
  const limits = limitsOf(from.limits, { plan: settings.limits, manifest: code.manifest.limits });
  return {
    ref,
    key: appKey(ref),
    kind: code.kind ?? 'sdk',
    version,
    limits,
    settings,
    apology: code.manifest.apology,
    mapStack: createStackMapper(code.map),
    blot: createSecretBlot(settings.secrets),
    frame: {
      limits: JSON.stringify(limits),
      settings: JSON.stringify({ config: settings.config, limits }),
      code: JSON.stringify(code.code),
    },
  };
}

function sameSettings(a: AppSettings, b: AppSettings): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** The apps that messages came for, each in the version and with the settings of now. */
export class LoadedApps {
  readonly #ports: AppPorts;
  readonly #limits: Limits;
  readonly #apps = new Map<string, LoadedApp>();

  constructor(ports: AppPorts, limits: Limits) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /** Null when the app has no active version. */
  async current(ref: AppRef): Promise<LoadedApp | null> {
    const version = this.#ports.activeVersion(ref);
    if (version === null) return null;
    const settings = await this.#ports.settings(ref);
    const key = appKey(ref);
    const known = this.#apps.get(key);
    if (known?.version === version && sameSettings(known.settings, settings)) return known;
    const code = await this.#ports.loadVersion(ref, version);
    // Another message may have loaded the same meanwhile.
    const other = this.#apps.get(key);
    if (other?.version === version && sameSettings(other.settings, settings)) return other;
    const app = prepareApp(ref, version, { code, settings, limits: this.#limits });
    this.#apps.set(key, app);
    return app;
  }

  /** Frees what was fetched for an app; its next message fetches it again. */
  forget(app: LoadedApp): void {
    if (this.#apps.get(app.key) === app) this.#apps.delete(app.key);
  }
}
