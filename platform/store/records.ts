/** What the store gives out and takes in. Field names are those of the HTTP API (DESIGN §6); times are ISO 8601 in UTC. */
import type {
  AppRef,
  AssignedNumber,
  BillingSettings,
  Chain,
  Recurrence,
  InterfaceSettings,
  PageScope,
  Rollout,
  RouteTarget,
  RouteTargetInput,
  SmppClientSettings,
  TalkPolicy,
} from '@vumi/core';
import type { MetricAggregator } from '@vumi/records';
import type { Price } from './credits/credit-ports.ts';
import type { SeriesQuery } from './series/series-ports.ts';

export interface PageQuery {
  /** The `next_cursor` of the page before. */
  readonly cursor?: string;
  /** 1 to 1000, of messages 2000; default 50. */
  readonly limit?: number;
}

export interface Page<T> {
  readonly items: T[];
  /** Null when nothing follows. */
  readonly next_cursor: string | null;
}

export interface Account {
  readonly name: string;
  /** An inactive account neither receives nor sends. */
  readonly active: boolean;
  /** Its plan: limits of one message of its apps that differ from the platform's. */
  readonly limits: Record<string, number>;
  /** Whether its apps may read and change opt-outs. */
  readonly can_manage_optouts: boolean;
  /** Who has opted out gets replies only. */
  readonly respect_optouts: boolean;
  /** What its apps may call by HTTP beside public hosts: hosts and networks with their ports. */
  readonly private_services: string[];
  readonly billing: BillingSettings;
  /** Days for which its messages and what is written about them are kept; null: as the platform has it. */
  readonly retention_days: number | null;
  readonly created_at: string;
}

export interface NewToken {
  /** Null for administrators. */
  readonly account: string | null;
  /** What it is for. */
  readonly label: string;
  readonly scopes: readonly string[];
  /** Null or absent: it has no end. */
  readonly expires_at?: string | null | undefined;
}

/** A token without its text, which nobody but its holder has. */
export interface TokenInfo {
  readonly id: string;
  /** Null for administrators. */
  readonly account: string | null;
  readonly label: string;
  readonly scopes: string[];
  /** Who made it, for people. */
  readonly created_by: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly expired: boolean;
  /** To the minute; null: never. */
  readonly last_used_at: string | null;
  /** Whether it is the one that VUMI_ADMIN_TOKEN or the data folder names. */
  readonly configured: boolean;
}

/** What somebody did to an account, or (`account` null) to the platform. */
export interface NewAuditEntry {
  readonly account: string | null;
  /** Who it was, for people. */
  readonly actor: string;
  /** What was done: `token.issued`, `route.put`; of what was refused `refused.` and the code of the error. */
  readonly action: string;
  /** To what, where the action does not say it. */
  readonly target?: string | null;
  /** No secrets. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** An entry as it is kept. */
export interface AuditEntry extends NewAuditEntry {
  readonly id: string;
  readonly at: string;
  readonly target: string | null;
  /** By which request; null: by none. */
  readonly request_id: string | null;
  /** The address that it came from, behind trusted proxies. */
  readonly source: string | null;
  /** `done`, `refused`, the code of the error, or `unknown`: it is under way, or its process died. */
  readonly outcome: string;
}

/** Somebody who may see the private pages of an app. */
export interface PageMember {
  /** As whoever invited them calls them; one of a name for each app. */
  readonly name: string;
  readonly sign_in_hours: number;
  readonly created_at: string;
  /** Until when a link that they have not used can be used; null: there is none. */
  readonly link_expires_at: string | null;
  /** When they were last there; null: never. */
  readonly seen_at: string | null;
  /** In how many browsers they are signed in. */
  readonly sign_ins: number;
}

export interface PageInvitation {
  readonly name: string;
  /** Where at the app's origin the link leads in the end: `/`. */
  readonly path: string;
  readonly link_minutes: number;
  readonly sign_in_hours: number;
}

/** What the page of an app may do, for one audience. */
export interface PageGrant extends PageScope {
  readonly granted_at: string;
  /** For people. */
  readonly granted_by: string;
}

/** How often numbers were shown in full on a page on one day. */
export interface PageNumberUse {
  /** `2026-11-30`, UTC. */
  readonly day: string;
  /** The name of a member; null: users behind links, each his own. */
  readonly viewer: string | null;
  readonly requests: number;
  readonly numbers: number;
}

export interface App extends AppRef {
  readonly active_version: number | null;
  /** A second version that gets a share of the new sessions. */
  readonly rollout: Rollout | null;
  readonly config: Record<string, unknown>;
  /** Names only. */
  readonly secrets: string[];
  readonly created_at: string;
}

export interface AppSettings {
  readonly config: Record<string, unknown>;
  readonly secrets: Record<string, string>;
  /** Of the account's plan. */
  readonly limits: Record<string, number>;
  /** As the account has it. */
  readonly can_manage_optouts: boolean;
  /** As the account has it. */
  readonly private_services: string[];
}

export interface AppVersion extends AppRef {
  /** 1, 2, 3, …; never used again, not even for a new app of the same name. */
  readonly version: number;
  readonly sha256: string;
  readonly handlers: string[];
  readonly manifest: Record<string, unknown>;
  /** Bytes of the bundle. */
  readonly size: number;
  readonly active: boolean;
  /** Its share of new sessions: 0 when it is not live. */
  readonly percent: number;
  readonly created_at: string;
}

export interface VersionFile {
  readonly path: string;
  /** Hex. */
  readonly sha256: string;
  readonly content_type: string;
  readonly bytes: Buffer;
}

export interface Worker {
  readonly code: string;
  /** Source map, as JSON. */
  readonly map: string | null;
}

export interface NewVersion {
  readonly ref: AppRef;
  /** The zip as it was uploaded. */
  readonly bundle: Buffer;
  /** Hex; an app has one version of a bundle and its libraries. */
  readonly sha256: string;
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly handlers: readonly string[];
  readonly worker: Worker;
  readonly files: readonly VersionFile[];
  readonly activate: boolean;
  /** With `activate`. Default: pin. */
  readonly talks?: TalkPolicy;
}

/** Binds an app or an SMPP client to a transport; null matches anything. */
export interface StoredRoute extends RouteTarget {
  readonly account: string;
  readonly name: string;
  readonly transport: string;
  readonly to_addr: string | null;
  /** Lower case. */
  readonly keyword: string | null;
  /** How the sender's address starts. */
  readonly prefix: string | null;
  /** Which of the app's endpoints it is: what comes in is marked by it, what leaves by it goes out here. */
  readonly endpoint: string;
  /** Whether what could leave by several routes leaves by this one. */
  readonly default: boolean;
  /** Its part of what it shares with other routes of the account (decision 0023); null: see `failover`. */
  readonly weight: number | null;
  /** Its place among them, 0 first; null with a null `weight`: it shares nothing. */
  readonly failover: number | null;
}

export interface Route extends StoredRoute {
  /** False: the number is not, or no more, the account's, and the route does nothing. */
  readonly assigned: boolean;
}

/** Who sets a route: what an operator routes is the account's from then on; an account routes what is its own. */
export type RoutedBy = 'operator' | 'account';

export type RouteInput = RouteTargetInput &
  Pick<StoredRoute, 'account' | 'name' | 'transport'> & {
    readonly to_addr?: string | null | undefined;
    readonly keyword?: string | null | undefined;
    readonly prefix?: string | null | undefined;
    readonly endpoint?: string | undefined;
    readonly default?: boolean | undefined;
    readonly weight?: number | null | undefined;
    readonly failover?: number | null | undefined;
  };

/** A number, a range of numbers or a whole transport, all of it or one keyword of it. */
export interface NumberInput {
  readonly transport: string;
  readonly number?: string | null | undefined;
  readonly range?: boolean | undefined;
  readonly keyword?: string | null | undefined;
}

export interface NumberQuery extends PageQuery {
  /** Null: of all. */
  readonly account: string | null;
  readonly transport?: string | undefined;
}

/** A system that binds to us over SMPP in the name of an account. */
/** A door for programs that were written for another gateway. */
export interface Interface extends InterfaceSettings {
  readonly account: string;
  readonly name: string;
  readonly created_at: string;
}

export interface ServedInterface extends Interface {
  /** What its URLs may be, beside public ones. */
  readonly private_services: readonly string[];
}

export interface SmppClient extends SmppClientSettings {
  readonly account: string;
  readonly system_id: string;
  readonly password_set_at: string;
  readonly created_at: string;
}

/** The parts of one long message of a client. */
export interface SmppPartGroup {
  readonly systemId: string;
  readonly key: string;
}

export interface TransportRow {
  readonly name: string;
  readonly type: string;
  readonly config: Record<string, unknown>;
}

/** A worker that was started while the platform ran. */
export interface WorkerRow {
  readonly name: string;
  /** A type of worker, or one of Vumi's class names. */
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Null: as the type has it. */
  readonly placement: 'one' | 'each' | 'shared' | null;
  /** Null: any. */
  readonly supervisor: string | null;
  /** How often somebody had it started anew. */
  readonly restarts: number;
}

export interface DueQuery {
  readonly limit: number;
  /** At most so many of one app. */
  readonly perApp: number;
  /** Apps whose schedules wait. */
  readonly except: readonly AppRef[];
}

export interface ContactListQuery extends PageQuery {
  /** Only those that it matches (core/contact-query.ts). */
  readonly q?: string;
}

export interface MetricName {
  readonly store: string;
  readonly metric: string;
  readonly aggregator: MetricAggregator;
}

export interface MetricQuery extends SeriesQuery, MetricName {
  readonly aggregator: MetricAggregator;
}

/** What is to happen in an app at a time. */
export interface Schedule extends AppRef {
  readonly id: string;
  readonly name: string;
  /** The address of the user whom it is for; null: nobody. */
  readonly user: string | null;
  readonly due_at: string;
  readonly data: unknown;
  /** Null: made because of a user's message. */
  readonly chain: Chain | null;
  /** How often it comes again; null: once. */
  readonly repeat: Recurrence | null;
  readonly created_at: string;
}

/** What routing depends on, all of one moment. */
export interface Snapshot {
  readonly accounts: Account[];
  readonly apps: SnapshotApp[];
  readonly routes: StoredRoute[];
  readonly numbers: AssignedNumber[];
  readonly transports: TransportRow[];
  readonly smpp_clients: SmppClient[];
  readonly prices: Price[];
}

export interface SnapshotApp extends AppRef {
  /** The active version. */
  readonly version: number | null;
  /** Of the live versions. */
  readonly handlers: string[];
  readonly rollout: Rollout | null;
  /** Null when the app has had one version only. */
  readonly versions_changed_at: string | null;
  /** What becomes of conversations that are open on earlier versions. */
  readonly talks: TalkPolicy;
  /** What the manifest of the active version says of the two. */
  readonly api: string | null;
  readonly stop: string | false | null;
}
