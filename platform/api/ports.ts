import type {
  Aliased,
  AppRef,
  Clock,
  Logger,
  RouteProof,
  SendRequest,
  TalkPolicy,
  UserMessage,
} from '@vumi/core';
import type { TextOptions } from '@vumi/core/text';
import type { AppVersion, Backlog, RoutedBy, RouteInput, Store, TransportRow } from '@vumi/store';
import type { Audience, MessageFigures, OwnerFigures, ProcessFigures } from '@vumi/measures';
import type { ComponentIssue, ComponentSummary, ComponentViews } from '@vumi/blinkenlights';
import type { ControlAnswer, ControlRequest, Readiness } from '@vumi/runtime';
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { Payments } from './payments/payment-provider.ts';
import type { Route } from './route.ts';
import type { openTalkSchema, talksProofSchema } from './resources.ts';
import type { replaySchema } from './run-resources.ts';

/** A message on the simulator's phones. */
export interface PhoneMessage {
  readonly from_addr: string;
  readonly to_addr: string;
  readonly content: string;
}

type TlvValue = number | string;

/** What a simulated phone sends, down to the octets where they are given (`transports/smpp/simulator`). */
export interface SimulatedMessage {
  readonly from_addr: string;
  readonly to_addr: string;
  readonly content?: string;
  readonly octets?: Buffer;
  readonly udh?: Buffer;
  readonly tlvs?:
    | Readonly<Record<string, TlvValue | readonly TlvValue[]>>
    | readonly { readonly tag: number | string; readonly value: string }[];
}

/** A step of a session of USSD at a simulated phone. */
interface DialStep {
  readonly session: string;
  readonly from: string;
  readonly to: string;
  readonly event: 'new' | 'resume' | 'close';
  readonly input: string;
  readonly before: readonly string[];
  readonly number: number;
  readonly next: string | null;
}

/** What the phone shows. `next` is to be brought back with the next step. */
interface DialledScreen {
  readonly text: string;
  readonly ends: boolean;
  readonly next?: string | null;
}

export interface Simulator {
  /** A phone writes. Resolves when the platform has taken the message. */
  inject(message: SimulatedMessage): Promise<object>;
  /** What phones received, newest last; of one phone when `address` is given. */
  messages(filter: { address?: string }): readonly PhoneMessage[];
  readonly script: object;
  /** Throws `request.invalid`, naming the key. */
  replaceScript(script: object): void;
  sessions(): readonly object[];
  /** Does it to all sessions, or to those of one client; answers to how many. Throws `request.invalid`. */
  fail(fault: unknown, systemId?: string): number;
  outbind(esme: { host: string; port: number; system_id?: string; password?: string }): Promise<void>;
  counts(): object;
  seen(atLeast: number): readonly object[];
  resetCounts(): void;
  log(filter: { limit?: number; after?: number; session?: number }): readonly object[];
}

/** A transport as the accounts see it that use it. */
export interface AccountTransport {
  readonly name: string;
  /** Null while there is none of that name. */
  readonly type: string | null;
  readonly status: WorkerStatus['status'] | 'not running';
}

/** Something that runs: a process of the platform, a transport. */
export interface WorkerStatus {
  readonly name: string;
  /** What it is, for people. */
  readonly kind: string;
  readonly status: 'ok' | 'degraded' | 'down';
  readonly message?: string;
  /** Which runs it; of a process its own name. */
  readonly supervisor?: string;
  /** Of a process: the supervisor that it is listed under. */
  readonly parent?: string | null;
  /** Of a process: where it shows `/metrics`, `/healthz` and `/readyz`. */
  readonly probe?: string;
  readonly type?: string;
  /** Who asked for it. */
  readonly origin?: string;
  readonly restarts?: number;
  readonly started_at?: string | null;
}

interface WorkersPort {
  /** Processes and all their workers. */
  list(): Promise<readonly WorkerStatus[]>;
  /** A worker, or a supervisor with what it runs. `not_found` */
  find(name: string): Promise<Readonly<Record<string, unknown>>>;
  control(request: ControlRequest): Promise<ControlAnswer>;
}

export interface PlatformStatus {
  /** Whether the platform takes work. */
  readonly ready: boolean;
  /** What somebody has to look after, a line each for people; none: all is well. */
  readonly problems: readonly string[];
  /** The worst of all processes. */
  readonly overload: Overload;
  /** What the components that are watched come to. */
  readonly components: ComponentSummary;
  /** Of the monitor of heartbeats, those that are open. */
  readonly issues: readonly ComponentIssue[];
  readonly workers: readonly WorkerStatus[];
}

/** How much the machine of a process has to do. Things take longer then; nothing is wrong with them. */
interface Overload {
  readonly overloaded: boolean;
  /** Share of the last seconds in which the process was not given a processor, 0 to 1. */
  readonly lost_share: number;
  /** Share of the last ten seconds in which some process of the machine waited for a processor; null where unknown. */
  readonly pressure: number | null;
}

/** What runs and what waits, in figures: for whoever watches the platform. */
export interface PlatformVitals {
  /** All that a process can do. */
  readonly roles: readonly string[];
  /** The processes that were heard of lately. */
  readonly processes: readonly ProcessVitals[];
  /** Messages that wait in queues, without those that a consumer has. */
  readonly queues: readonly { readonly queue: string; readonly messages: number }[];
}

/** What goes through, as counts since the processes began, and what waits. */
export interface Figures {
  readonly at: string;
  readonly processes: readonly {
    readonly name: string;
    readonly roles: readonly string[];
    readonly started_at: string;
    /** Where it shows `/metrics`, `/healthz` and `/readyz`; null: nowhere. */
    readonly probe: string | null;
    readonly overloaded: boolean;
    readonly lost_share: number;
    /** Processes in which its apps run, and messages that are in them. */
    readonly runners: number;
    readonly turns: number;
  }[];
  readonly transports: readonly FiguresOfTransport[];
  /** Of apps, and of accounts without one. */
  readonly owners: readonly OwnerFigures[];
  readonly queues: PlatformVitals['queues'];
  readonly backlog: Backlog;
}

export interface FiguresOfTransport extends TransportVitals, MessageFigures {
  readonly message: string;
}

interface ProcessVitals {
  readonly worker_id: string;
  readonly probe: string | null;
  readonly figures?: ProcessFigures;
  readonly roles: readonly string[];
  readonly started_at: string;
  readonly overload: Overload;
  readonly transports: readonly (TransportVitals & { readonly message: string })[];
  /** Null for a process that runs no apps. */
  readonly sandbox: SandboxVitals | null;
}

export interface TransportVitals {
  readonly name: string;
  readonly type: string;
  readonly status: 'ok' | 'degraded' | 'down';
  /** What it measures of itself, by name. */
  readonly gauges: Readonly<Record<string, number>>;
}

export interface SandboxVitals {
  readonly runners: readonly {
    readonly kind: string;
    readonly rss_mb: number;
    /** Isolates. */
    readonly apps: number;
  }[];
  readonly standby: boolean;
  readonly quarantine: readonly { readonly waiting: number }[];
  readonly apps: number;
  readonly turns: number;
}

type Options = Readonly<Record<string, unknown>>;

/** What the API knows of a kind of transport. */
interface TransportKind extends Aliased {
  /** One line for whoever looks for a kind. */
  readonly summary: string;
  readonly configSchema: z.ZodType;
  /** Completes the options of one that is made, from those that it had before; null: it is new. */
  readonly fillIn?: (options: Options, before: Options | null) => Record<string, unknown>;
  /** Where its network finds it: below `/hooks/<name>`, or a whole URL. */
  readonly places?: (config: unknown) => readonly {
    readonly purpose: string;
    readonly path: string;
    readonly paste?: (url: string) => string;
  }[];
  /** How it counts segments of SMS; absent where it sends none. */
  readonly textOptions?: (config: unknown) => TextOptions;
}

interface StateItem {
  readonly key: string;
  readonly value: unknown;
}

interface AppStatePort {
  /** By key, from `after` on. */
  list(
    ref: AppRef,
    user: string | null,
    page: { prefix: string; after: string | undefined; limit: number },
  ): Promise<{ items: StateItem[]; next: string | null }>;
  /** Undefined when there is none. */
  read(ref: AppRef, user: string | null, key: string): Promise<unknown>;
  /** False when there was none. */
  delete(ref: AppRef, user: string | null, key: string): Promise<boolean>;
  /** All or none; `ttl` in seconds. */
  write(
    ref: AppRef,
    user: string | null,
    items: readonly (StateItem & { readonly ttl?: number | undefined })[],
    dryRun?: boolean,
  ): Promise<{ made: number; changed: number; unchanged: number }>;
}

/** Conversations that users are in. */
interface OpenTalksPort {
  /** By user; a page may have fewer than were asked for, and more may follow. */
  list(
    ref: AppRef,
    page: { version?: number | undefined; after?: string | undefined; limit: number },
  ): Promise<{ items: z.input<typeof openTalkSchema>[]; next: string | null }>;
  /** Ends those of a version, or all; answers how many. */
  end(ref: AppRef, version: number | undefined): Promise<number>;
}

export interface ApiPorts {
  readonly store: Store;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Whom a request is from, behind the proxies that are trusted. */
  addressOf(request: IncomingMessage): string;
  /** Checks, compiles and stores a bundle as a version of the app. */
  deploy(
    ref: AppRef,
    zip: Buffer,
    options: {
      activate: boolean;
      selfTest: boolean;
      talks?: TalkPolicy | undefined;
      proveTalks?: boolean | undefined;
    },
  ): Promise<{
    version: AppVersion;
    created: boolean;
    warnings: string[];
    talks: z.input<typeof talksProofSchema> | null;
  }>;
  /** What apps keep; `user` null: what an app's users share. Of the version that is active. */
  readonly appState: AppStatePort;
  readonly openTalks: OpenTalksPort;
  /** Runs a recorded message again, with the version that ran then when `version` is null. Nothing takes effect. */
  replay(ref: AppRef, messageId: string, version: number | null): Promise<z.input<typeof replaySchema>>;
  /** Sends as the account, under an id of the caller's or a new one. The same id twice is one message. */
  send(account: string, message: SendRequest, messageId: string | null): Promise<UserMessage>;
  /** Cancels a message that waits. `asked`: no process runs its transport, which will decide before it sends anything. */
  cancel(account: string, messageId: string): Promise<'cancelled' | 'too_late' | 'asked'>;
  /** Null where this process runs no simulator. */
  readonly simulator: Simulator | null;
  /** What a plan may say of an account's limits. */
  readonly limits: z.ZodType<Readonly<Record<string, number>>>;
  readonly transportTypes: Readonly<Record<string, TransportKind>>;
  /**
   * Checks the middleware that a transport's configuration asks for, and answers its other options. Throws
   * `config.invalid`.
   */
  checkMiddleware(config: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Makes a step at a phone behind a transport of USSD over HTTP, as its network does (`transports/ussd/dial.ts`). */
  dial(transport: TransportRow, step: DialStep): Promise<DialledScreen>;
  /** Says what routes would do before they are set; for one request, as it keeps what it has read. */
  routeProver(by: RoutedBy): (route: RouteInput) => Promise<RouteProof>;
  /** Transports over which the account sends or receives, and how they are: without what they say of their networks. */
  transportsOf(account: string): Promise<readonly AccountTransport[]>;
  /** The account whose app gets what a simulated phone writes; null: no single one. */
  ownerOfSimulated(message: PhoneMessage): Promise<string | null>;
  /** Null: no credit is sold. */
  readonly payments: Payments | null;
  status(): Promise<PlatformStatus>;
  readonly workers: WorkersPort;
  /** How everything is that runs, and since when. */
  readonly components: ComponentViews;
  vitals(): Promise<PlatformVitals>;
  figures(): Promise<Figures>;
  /** Whether this process can do its work. */
  readiness(): Promise<Readiness>;
  /** What this process measures of itself, as text for Prometheus; null where its own probe shows that. */
  readonly processMetrics: ((audience: Audience) => Promise<string>) | null;
  /** Where the platform is reached, without a final slash. */
  readonly publicUrl: string;
  /** The domain under which the pages of apps are: `apps.localhost`. */
  readonly appsDomain: string;
  appUrl(ref: AppRef): string;
  /** What pages of apps may ask at their own origins, for the documentation. */
  readonly pageRoutes?: readonly Route[];
  /** Further links for the page at `/`, such as pages of sample apps. */
  readonly links?: readonly { readonly label: string; readonly url: string }[];
}
