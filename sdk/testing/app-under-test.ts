import {
  deriveId,
  OPTOUT_HANDLERS,
  reply,
  RUN_KINDS,
  VumiError,
  type OptoutNews,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { tellingEffect, wishEffect, wishOf } from '@vumi/records';
import { deployBundle, PAGES_AT, startSandbox, type AppSettings, type Sandbox } from '@vumi/sandbox';
import { packApp } from '@vumi/sandbox/pack';
import { MemoryRecords } from '@vumi/sandbox/testing';
import { EXPLORER } from '@vumi/sdk/talks';
import { MemoryState } from '@vumi/state/memory';
import { takeAsked, type Asked } from './asked.ts';
import { ACCOUNTS, type Turn } from './checks.ts';
import { Fixtures } from './http-fixtures.ts';
import { Side } from './side.ts';
import { surroundings } from './surroundings.ts';

/** Versions of the twin: a new one for each message, so that it has a new isolate. */
const ISOLATES = 2;

/** Questions of which the explorer may still ask: those of a step. */
const MOST_ASKED = 100;

/** Where pages are, of the app and of its twin. */
const PAGES = 'https://app.example/';

/** State that calls somebody before it answers. */
class WatchedState extends MemoryState {
  onGet: (() => void) | null = null;

  override async get(key: string): Promise<string | null> {
    const { onGet } = this;
    this.onGet = null;
    onGet?.();
    return super.get(key);
  }
}

/**
 * An app in a real sandbox, twice: one account handles messages as production does, the other one each in a new isolate.
 * What both are told is the same, and so must be what they do.
 */
export class AppUnderTest implements AsyncDisposable {
  readonly state: WatchedState;
  readonly records = new MemoryRecords();
  readonly http = new Fixtures();
  readonly app = new Side(ACCOUNTS.app);
  readonly twin = new Side(ACCOUNTS.twin);
  settings: AppSettings = { config: {}, secrets: {} };
  readonly #clock: () => number;
  readonly #hasTwin: boolean;
  /** Questions that were asked since the explorer looked last. */
  #asked: Asked[] = [];
  /** Where each version has asked: stacks in its code. */
  readonly #asking = new Map<number, Set<string>>();
  /** Handlers of opt-outs that were called, in any conversation of this world. */
  readonly told = new Set<string>();
  /** Messages after which the twin has a new isolate. */
  twinLasts = 1;
  #sandbox: Sandbox | null = null;
  #twinVersions = 0;
  /** Of the code that the twin has now. */
  #twinOf = 0;
  #twinTurns = 0;

  private constructor(clock: () => number, hasTwin: boolean) {
    this.#clock = clock;
    this.#hasTwin = hasTwin;
    this.state = new WatchedState(clock);
  }

  static async start(
    clock: () => number,
    { hasTwin, network }: { readonly hasTwin: boolean; readonly network: string },
  ): Promise<AppUnderTest> {
    const started = new AppUnderTest(clock, hasTwin);
    const { state, records, http, app, twin } = started;
    await state.set(PAGES_AT, PAGES);
    records.onOptout = (account, news) => started.#tell(account, news);
    const ports = surroundings({
      sides: [app, twin],
      state,
      records,
      clock,
      http,
      settings: () => marked(started.settings),
      network,
    });
    started.#sandbox = await startSandbox({ runners: 1, isolates_per_runner: ISOLATES }, ports);
    return started;
  }

  /** Takes the app of a folder in, as the platform does. */
  async deploy(dir: string, { selfTest }: { readonly selfTest: boolean }): Promise<void> {
    const { app } = this;
    const { zip } = packApp(dir);
    await deployBundle(
      {
        store: {
          versions: {
            add: async ({ worker, manifest, handlers }) => {
              app.versions.set(app.versions.size + 1, { ...worker, manifest });
              app.handlers = handlers;
              return { version: { version: app.versions.size }, created: true };
            },
          },
          apps: { settings: async () => this.settings },
        },
        endpoints: () => ({}),
      },
      app.ref,
      zip,
      { activate: true, selfTest },
    );
    if (app.versions.size > 1) app.changedAt = this.#clock();
    app.active = app.versions.size;
  }

  /** What the app did, and what it does in a new isolate; null: it has no twin. */
  async inbound(message: UserMessage): Promise<{ turn: Turn; anew: Turn | null }> {
    return this.#both(async (sandbox, side) => {
      if (this.#heedWish(side, message) === 'app')
        await sandbox.handleInbound(side.ref, message, { redelivered: false, attempt: 1 });
    });
  }

  /** What the dispatcher of a platform does with STOP and START; whether the app has the word. */
  #heedWish(side: Side, message: UserMessage): 'app' | 'platform' {
    const wish = wishOf(message);
    const stop = this.app.versions.get(this.app.active)?.manifest.stop;
    if (wish === null || stop === false) return 'app';
    const noted = { ...side.ref, marker: `stop/${message.message_id}`, effects: [wishEffect(message, wish)] };
    if (side.keep(noted)) this.records.apply(noted);
    if (wish === 'start' || stop === undefined) return 'app';
    const answer = reply(message, stop, { continueSession: false });
    side.publish({ ...answer, message_id: deriveId(message.message_id, 'stop') });
    return 'platform';
  }

  /** As the store of a platform does it: the app and its twin are told by the same schedule. */
  #tell(account: string, news: OptoutNews): void {
    if (!this.app.handlers.includes(OPTOUT_HANDLERS[news.turn])) return;
    const due = this.#clock();
    // Time stands still while an app changes it again and again.
    const id = deriveId('optout', news.turn, news.user, due, news.message_id ?? '');
    const { app } = this.app.ref;
    this.records.apply({ account, app, marker: id, effects: [tellingEffect(news, app, { id, due })] });
  }

  async event(event: TransportEvent): Promise<{ turn: Turn; anew: Turn | null }> {
    return this.#both((sandbox, { ref }) =>
      sandbox.handleEvent(ref, event, { redelivered: false, attempt: 1 }),
    );
  }

  async again(message: UserMessage): Promise<Turn> {
    return this.#turn(this.app, async (sandbox, side) => {
      if (this.#heedWish(side, message) === 'app')
        await sandbox.handleInbound(side.ref, message, { redelivered: true, attempt: 2 });
    });
  }

  /** All of it as it is now, to go back to. */
  save(): { readonly restore: () => void } {
    const { state, http } = this;
    const kept = state.save();
    const others = [this.records.save(), this.app.save(), this.twin.save()];
    return {
      restore: () => {
        state.restore(kept);
        for (const other of others) other.restore();
        http.forget();
      },
    };
  }

  /** The process that runs the app dies when it asks for its state next. */
  killRunner(): void {
    this.state.onGet = () => {
      for (const { pid } of this.#sandbox?.status().runners ?? []) process.kill(pid, 'SIGKILL');
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sandbox?.[Symbol.asyncDispose]();
  }

  async #both(
    handle: (sandbox: Sandbox, side: Side) => Promise<void>,
  ): Promise<{ turn: Turn; anew: Turn | null }> {
    if (this.#hasTwin && this.twinLasts > 1 && this.app.versions.size === 1) return this.#atOnce(handle);
    const turn = await this.#turn(this.app, handle);
    const version = turn.runs.at(-1)?.version;
    if (!this.#hasTwin || version === undefined) return { turn, anew: null };
    this.#renewTwin(version);
    return { turn, anew: await this.#turn(this.twin, handle) };
  }

  /** What waits for the other process waits once; which version the app will run is known beforehand. */
  async #atOnce(
    handle: (sandbox: Sandbox, side: Side) => Promise<void>,
  ): Promise<{ turn: Turn; anew: Turn | null }> {
    this.#renewTwin(this.app.active);
    const [turn, anew] = await Promise.all([this.#turn(this.app, handle), this.#turn(this.twin, handle)]);
    return { turn, anew: turn.runs.length === 0 ? null : anew };
  }

  #renewTwin(version: number): void {
    const { app, twin } = this;
    this.#twinTurns += 1;
    if (version === this.#twinOf && this.#twinTurns < this.twinLasts) return;
    const code = app.versions.get(version);
    if (code === undefined) throw new Error(`there is no version ${version}`);
    this.#twinOf = version;
    this.#twinTurns = 0;
    twin.versions.clear();
    twin.active = this.#twinVersions += 1;
    twin.versions.set(twin.active, code);
  }

  /** Where the active version has asked, in any conversation of this world. */
  get asking(): ReadonlySet<string> {
    return this.#asking.get(this.app.active) ?? new Set();
  }

  /** Takes what was asked since the last call. */
  takeAsked(): readonly Asked[] {
    return this.#asked.splice(0);
  }

  #noteAsked(side: Side): void {
    const asked = takeAsked(side.log);
    if (side !== this.app || asked.length === 0) return;
    const version = side.runs.at(-1)?.version ?? side.active;
    const stacks = this.#asking.get(version) ?? new Set();
    this.#asking.set(version, stacks);
    for (const { stack } of asked) stacks.add(stack);
    this.#asked = [...this.#asked, ...asked].slice(-MOST_ASKED);
  }

  async #turn(side: Side, handle: (sandbox: Sandbox, side: Side) => Promise<void>): Promise<Turn> {
    if (this.#sandbox === null) throw new Error('the sandbox is not started');
    const { length: refused } = side.refused;
    const [sent, log, runs, effects] = [side.sent, side.log, side.runs, side.effects].map(
      ({ length }) => length,
    ) as [number, number, number, number];
    await handle(this.#sandbox, side).catch((error: unknown) => {
      // An event or a schedule that fails comes again: here it counts at once.
      if (!(error instanceof VumiError) || error.code !== 'app.threw') throw error;
      side.runs.push(failedRun(side, error));
    });
    this.#noteAsked(side);
    for (const { kind } of side.runs.slice(runs))
      if (kind === 'optout' || kind === 'optin') this.told.add(OPTOUT_HANDLERS[kind]);
    return {
      sent: side.sent.slice(sent),
      refused: side.refused.slice(refused),
      log: side.log.slice(log),
      runs: side.runs.slice(runs),
      records: JSON.stringify(side.effects.slice(effects).map((one) => one.effects)),
    };
  }
}

/** By it the SDK says what it asks. */
function marked({ config, secrets }: AppSettings): AppSettings {
  return { secrets, config: { ...config, [EXPLORER]: true } };
}

function failedRun({ ref, log, active }: Side, { message, details }: VumiError): Side['runs'][number] {
  return {
    ...ref,
    version: active,
    message_id: deriveId('failed', message),
    kind: RUN_KINDS.find((kind) => kind === details?.['kind']) ?? 'schedule',
    outcome: 'threw',
    error: log.at(-1)?.text ?? message,
    at: 0,
    talk: [],
    cost: {
      cpu_us: 0,
      wall_ms: 0,
      cold: false,
      runs: 1,
      calls: {},
      bytes_in: 0,
      bytes_out: 0,
      wait_ms: 0,
      sends: 0,
    },
    user: null,
    sent: [],
    record: null,
  };
}
