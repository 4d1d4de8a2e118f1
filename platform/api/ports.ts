import type { AppRef, Clock, Logger, UserMessage } from '@vumi/core';
import type { TextOptions } from '@vumi/core/text';
import type { AppVersion, Store } from '@vumi/store';
import type { z } from 'zod';
import type { Route } from './route.ts';
import type { replaySchema } from './run-resources.ts';

/** What an account asks to be sent. */
export interface SendRequest {
  readonly to_addr: string;
  readonly content: string;
  /** The app that gets the events and, where no address is named, whose route says from where to send. */
  readonly app?: string | undefined;
  /** Of the app, or of any of the account's. */
  readonly endpoint?: string | undefined;
  readonly transport?: string | undefined;
  /** One of the account's addresses. */
  readonly from_addr?: string | undefined;
  /** Seconds. */
  readonly validity?: number | undefined;
}

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
interface AccountTransport {
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
}

export interface PlatformStatus {
  /** Whether the platform takes work. */
  readonly ready: boolean;
  /** What somebody has to look after, a line each for people; none: all is well. */
  readonly problems: readonly string[];
  /** The worst of all processes. */
  readonly overload: Overload;
  readonly workers: readonly WorkerStatus[];
}

/** How much the machine of a process has to do. Things take longer then; nothing is wrong with them. */
export interface Overload {
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

interface ProcessVitals {
  readonly worker_id: string;
  readonly roles: readonly string[];
  readonly started_at: string;
  readonly overload: Overload;
  readonly transports: readonly TransportVitals[];
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

/** What the API knows of a kind of transport. */
interface TransportKind {
  readonly configSchema: z.ZodType;
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

export interface ApiPorts {
  readonly store: Store;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Checks, compiles and stores a bundle as a version of the app. */
  deploy(
    ref: AppRef,
    zip: Buffer,
    options: { activate: boolean; selfTest: boolean },
  ): Promise<{ version: AppVersion; created: boolean; warnings: string[] }>;
  /** What apps keep; `user` null: what an app's users share. Of the version that is active. */
  readonly appState: AppStatePort;
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
  /** Transports over which the account sends or receives, and how they are: without what they say of their networks. */
  transportsOf(account: string): Promise<readonly AccountTransport[]>;
  /** The account whose app gets what a simulated phone writes; null: no single one. */
  ownerOfSimulated(message: PhoneMessage): Promise<string | null>;
  status(): Promise<PlatformStatus>;
  vitals(): Promise<PlatformVitals>;
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
