import { createHash } from 'node:crypto';
import { appKey, type AppRef } from '@vumi/core';
import { TALK_KEY } from '@vumi/core/talks';
import type { AppKind } from '../app-kind.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { configTexts } from '../classic/config-texts.ts';
import { classicSnapshot } from '../classic/snapshot.ts';
import { PrivateServices } from '@vumi/http';
import { createSecretRemoval, type SecretRemoval } from '../recording/secret-removal.ts';
import { limitsOf, type Limits } from '../limits.ts';
import { tellMissing } from './missing-globals.ts';
import { createStackMapper, type StackMapper } from './stack-mapper.ts';

/** Characters of code. */
const CACHED_FROM = 8192;
/** Code that is kept of apps which came lately, whether or not a runner has them now. */
const MAX_CHARACTERS = 64 * 1024 * 1024;

/** The guest of a classic app, where an SDK app has the one that its runners came with. */
export interface ClassicGuest {
  readonly name: string;
  /** Base64. */
  readonly snapshot: string;
}

/** What the app's account has set. */
export interface AppSettings {
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** The plan of its account, in place of the platform's limits. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Whether its account lets apps manage opt-outs; absent: it does. */
  readonly can_manage_optouts?: boolean;
  /** What an operator has opened to its apps' HTTP calls; absent: nothing. */
  readonly private_services?: readonly string[];
}

/** A version's code, as the store keeps it. */
export interface VersionCode {
  readonly code: string;
  readonly map: string | null;
  readonly manifest: Manifest;
}

/** An app as it is to be run now: one version with one state of its settings. */
export interface LoadedApp {
  readonly ref: AppRef;
  /** Of the app: fairness and quarantine are the app's, whichever of its versions runs. */
  readonly key: string;
  /** Of this version: versions of one app are loaded side by side. */
  readonly slot: string;
  /** It has conversations. */
  readonly talks: boolean;
  readonly kind: AppKind;
  readonly version: number;
  readonly limits: Limits;
  readonly settings: AppSettings;
  readonly manifest: Manifest;
  readonly mapStack: StackMapper;
  readonly secretRemoval: SecretRemoval;
  /** What its HTTP calls reach beside public hosts. */
  readonly services: PrivateServices;
  /** Fields of the frame that loads it. */
  readonly frame: {
    readonly limits: string;
    readonly settings: string;
    readonly code: string;
    readonly guest: ClassicGuest | null;
    /** Names the code in the cache of compiled code; null where compiling costs less than the cache. */
    readonly digest: string | null;
  };
}

export interface AppPorts {
  loadVersion(ref: AppRef, version: number): Promise<VersionCode>;
  settings(ref: AppRef): Promise<AppSettings>;
}

/** The platform's limits by kind of app. */
export type LimitsByKind = Readonly<Record<AppKind, Limits>>;

function kindOf({ api }: Manifest): AppKind {
  return api ?? 'sdk';
}

async function guestOf({ api, libraries = 'modern' }: Manifest): Promise<ClassicGuest | null> {
  return api === 'classic' ? { name: libraries, snapshot: await classicSnapshot(libraries) } : null;
}

/** V8 tells sources apart by their length only, hence a digest of the whole. */
function digestOf(code: string): string | null {
  return code.length < CACHED_FROM ? null : createHash('sha256').update(code).digest('hex');
}

/** Makes of a version and its settings what runners are given. */
export async function prepareApp(
  ref: AppRef,
  version: number,
  from: { code: VersionCode; settings: AppSettings; limits: LimitsByKind },
): Promise<LoadedApp> {
  const { code, settings } = from;
  const kind = kindOf(code.manifest);
  const config = kind === 'classic' ? configTexts(settings.config) : settings.config;
  const mapStack = createStackMapper(code.map);
  const limits = limitsOf(from.limits[kind], { plan: settings.limits, manifest: code.manifest.limits });
  return {
    ref,
    key: appKey(ref),
    slot: slotOf(ref, version),
    talks: code.code.includes(TALK_KEY),
    kind,
    version,
    limits,
    settings,
    manifest: code.manifest,
    mapStack: kind === 'sdk' ? (text) => tellMissing(mapStack(text)) : mapStack,
    secretRemoval: createSecretRemoval(settings.secrets),
    services: new PrivateServices(settings.private_services),
    frame: {
      limits: JSON.stringify(limits),
      settings: JSON.stringify({ config, limits }),
      code: JSON.stringify(code.code),
      guest: await guestOf(code.manifest),
      digest: kind === 'sdk' ? digestOf(code.code) : null,
    },
  };
}

function slotOf(ref: AppRef, version: number): string {
  return `${appKey(ref)}@${version}`;
}

function sameSettings(a: AppSettings, b: AppSettings): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** The versions that messages came for, each with the settings of now. */
export class LoadedApps {
  readonly #ports: AppPorts;
  readonly #limits: LimitsByKind;
  /** The least recently used first. */
  readonly #apps = new Map<string, LoadedApp>();
  readonly #maxCharacters: number;
  #characters = 0;

  constructor(ports: AppPorts, limits: LimitsByKind, maxCharacters: number = MAX_CHARACTERS) {
    this.#ports = ports;
    this.#limits = limits;
    this.#maxCharacters = maxCharacters;
  }

  async load(ref: AppRef, version: number): Promise<LoadedApp> {
    const settings = await this.#ports.settings(ref);
    const slot = slotOf(ref, version);
    const known = this.#apps.get(slot);
    if (known !== undefined && sameSettings(known.settings, settings)) return this.#use(known);
    const code = await this.#ports.loadVersion(ref, version);
    const app = await prepareApp(ref, version, { code, settings, limits: this.#limits });
    // Another message may have loaded the same meanwhile.
    const other = this.#apps.get(slot);
    if (other !== undefined && sameSettings(other.settings, settings)) return other;
    if (other !== undefined) this.forget(other);
    this.#apps.set(slot, app);
    this.#characters += app.frame.code.length;
    for (const oldest of this.#apps.values()) {
      if (this.#characters <= this.#maxCharacters || oldest === app) break;
      this.forget(oldest);
    }
    return app;
  }

  /** Frees what was fetched for an app; its next message fetches it again. */
  forget(app: LoadedApp): void {
    if (this.#apps.get(app.slot) !== app) return;
    this.#apps.delete(app.slot);
    this.#characters -= app.frame.code.length;
  }

  #use(app: LoadedApp): LoadedApp {
    this.#apps.delete(app.slot);
    this.#apps.set(app.slot, app);
    return app;
  }
}
