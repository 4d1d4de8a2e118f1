import { join } from 'node:path';
import {
  createUserMessage,
  silentLogger,
  type AppRef,
  type Delivery,
  type EndpointFaults,
  type FailureMessage,
  type Logger,
  type Rollout,
  type TalkPolicy,
  type UserMessage,
} from '@vumi/core';
import type { StoreEffects } from '@vumi/records';
import { keepSnapshotsIn } from '../classic/snapshot.ts';
import { compileClassic } from '../bundle/compile-classic.ts';
import { compileApp } from '../bundle/compile-app.ts';
import type { Manifest } from '../bundle/manifest.ts';
import type { SandboxConfig } from '../config.ts';
import type { Run } from '../recording/run.ts';
import type { AppSettings, VersionCode } from '../apps/app.ts';
import type { LogEntry } from '../turns/author-log.ts';
import { startSandbox, type Sandbox, type SandboxPorts } from '../start-sandbox.ts';
import { MemoryRecords } from './memory-records.ts';
import { BreakableState } from './breakable-state.ts';

export const FIRST_TRY: Delivery = { redelivered: false, attempt: 1 };
export const SECOND_TRY: Delivery = { redelivered: true, attempt: 2 };
const ACCOUNT = 'tests';
const WORKER = 'workers/worker.js';

export interface AppOptions {
  /** What becomes of conversations that are open on earlier versions. Default: pin. */
  readonly talks?: TalkPolicy;
  readonly manifest?: Manifest;
  readonly settings?: AppSettings;
}

interface Installed {
  version: number;
  rollout: Rollout | null;
  changedAt: number | null;
  talks: TalkPolicy;
  readonly versions: Map<number, VersionCode>;
  settings: AppSettings;
}

/** A real sandbox with real runners; everything around it is in memory. */
export class SandboxPlace implements AsyncDisposable {
  readonly state = new BreakableState();
  readonly records = new MemoryRecords();
  readonly sent: UserMessage[] = [];
  readonly failures: FailureMessage[] = [];
  readonly log: LogEntry[] = [];
  readonly storeEffects: StoreEffects[] = [];
  readonly runs: Run[] = [];
  /** What apps can send by; null: by everything. */
  endpoints: EndpointFaults | null = null;
  /** `transport_type` by endpoint. */
  networks: Readonly<Record<string, string>> = {};
  /** Stands in for the dispatcher. */
  publishOutbound: (message: UserMessage) => Promise<void> = async (message) => {
    this.sent.push(message);
  };
  readonly #apps = new Map<string, Installed>();
  #logger: Logger = silentLogger;
  #sandbox: Sandbox | null = null;
  #lastMessage = 0;

  /** `surroundings` may put others in place of its ports. */
  static async start(
    config: SandboxConfig = {},
    logger: Logger = silentLogger,
    surroundings: Partial<SandboxPorts> = {},
  ): Promise<SandboxPlace> {
    await shareSnapshots();
    const place = new SandboxPlace();
    place.#logger = logger;
    const ports = { ...place.#ports(), ...surroundings };
    place.#sandbox = await startSandbox({ runners: 2, allow_private_http: true, ...config }, ports);
    return place;
  }

  get sandbox(): Sandbox {
    if (this.#sandbox === null) throw new Error('the sandbox is not started');
    return this.#sandbox;
  }

  /** Installs a version of an app whose worker is this text, and makes it the active one. */
  async install(app: string, source: string, options: AppOptions = {}): Promise<AppRef> {
    const { worker } = await compileApp(WORKER, new Map([[WORKER, source]]));
    return this.#add(app, { ...worker, manifest: options.manifest ?? {} }, options);
  }

  #add(app: string, code: VersionCode, options: AppOptions): AppRef {
    const installed = this.#apps.get(app) ?? {
      version: 0,
      rollout: null,
      changedAt: null,
      talks: 'pin',
      versions: new Map(),
      settings: { config: {}, secrets: {} },
    };
    // As the store does: the first version changes nothing for anybody.
    if (installed.versions.size > 0) installed.changedAt = Date.now();
    installed.version = installed.versions.size + 1;
    installed.rollout = null;
    installed.talks = options.talks ?? 'pin';
    installed.versions.set(installed.version, code);
    installed.settings = options.settings ?? installed.settings;
    this.#apps.set(app, installed);
    return { account: ACCOUNT, app };
  }

  /** Makes an installed version the active one, or with a percentage a second one beside it. */
  activate(app: string, version: number, percent: number | null = null): void {
    const installed = this.#apps.get(app);
    if (installed === undefined) throw new Error(`${app} is not installed`);
    installed.changedAt = Date.now();
    installed.rollout = percent === null ? null : { version, percent };
    if (percent === null) installed.version = version;
  }

  /** Installs a classic app whose worker is this text. */
  async installClassic(app: string, source: string, options: AppOptions = {}): Promise<AppRef> {
    const parts = {
      manifest: null,
      packageJson: null,
      transcript: null,
      entry: WORKER,
      sources: new Map([[WORKER, source]]),
      languages: new Map(),
      assets: new Map<string, Buffer>(),
      warnings: [],
    };
    const classic = await compileClassic(parts, { api: 'classic', ...options.manifest });
    if (classic === null) throw new Error('this is no classic app');
    return this.#add(app, { ...classic.worker, manifest: classic.manifest }, options);
  }

  /** Installs an app that is one handler: `reply`, `message` and `app` are at hand. */
  async installHandler(app: string, body: string, options: AppOptions = {}): Promise<AppRef> {
    const source = `export default { async onMessage(message, app) { const reply = message.reply; ${body} } };`;
    return this.install(app, source, options);
  }

  message(fields: Partial<UserMessage> = {}): UserMessage {
    return createUserMessage({
      to_addr: '12345',
      from_addr: `+2776${String(++this.#lastMessage).padStart(7, '0')}`,
      content: 'hello',
      transport_name: 'smpp',
      transport_type: 'sms',
      ...fields,
    });
  }

  /** What the app answers to a message, in order; waits until it has been handled. */
  async ask(
    ref: AppRef,
    message: UserMessage = this.message(),
    delivery: Delivery = FIRST_TRY,
  ): Promise<string[]> {
    await this.sandbox.handleInbound(ref, message, delivery);
    return this.answersTo(message);
  }

  answersTo(message: UserMessage): string[] {
    return this.sent
      .filter(({ in_reply_to }) => in_reply_to === message.message_id)
      .map(({ content }) => content ?? '');
  }

  /** The author's log as texts. */
  logOf(ref: AppRef): string[] {
    return this.log.filter(({ app }) => app === ref.app).map(({ text }) => text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sandbox?.[Symbol.asyncDispose]();
  }

  #ports(): SandboxPorts {
    return {
      state: this.state,
      records: this.records,
      logger: this.#logger,
      clock: () => Date.now(),
      liveVersions: ({ app }) => {
        const installed = this.#apps.get(app);
        if (installed === undefined) return null;
        const { version: active, rollout, changedAt, talks } = installed;
        return { active, rollout, changedAt, talks };
      },
      loadVersion: async ({ app }, version) => {
        const code = this.#apps.get(app)?.versions.get(version);
        if (code === undefined) throw new Error(`no version ${version} of ${app}`);
        return code;
      },
      settings: async ({ app }) => ({
        can_manage_optouts: true,
        ...(this.#apps.get(app)?.settings ?? { config: {}, secrets: {} }),
      }),
      endpoints: () => this.endpoints,
      networkOf: (_ref, endpoint) => this.networks[endpoint] ?? null,
      publishOutbound: (message) => this.publishOutbound(message),
      publishFailure: async (failure) => {
        this.failures.push(failure);
      },
      applyStoreEffects: async (effects) => {
        if (this.storeEffects.some(({ marker }) => marker === effects.marker)) return [];
        this.storeEffects.push(effects);
        this.records.apply(effects);
        return [];
      },
      log: (entry) => {
        this.log.push(entry);
      },
      recordRun: (run) => {
        this.runs.push(run);
      },
    };
  }
}

/** Snapshots are kept for the whole run of the tests, where it has a place for them (test/template.setup.ts). */
async function shareSnapshots(): Promise<void> {
  const folder = process.env['VUMI_TEST_TEMPLATE'];
  if (folder !== undefined) await keepSnapshotsIn(join(folder, 'snapshots'));
}
