/** What the store gives out and takes in. Field names are those of the HTTP API (DESIGN §6); times are ISO 8601 in UTC. */
import type {
  AppRef,
  AssignedNumber,
  Chain,
  DeliveryStatus,
  MetricAggregator,
  Rollout,
  SmppClientSettings,
} from '@vumi/core';

export interface PageQuery {
  /** The `next_cursor` of the page before. */
  readonly cursor?: string;
  /** 1 to 1000; default 50. */
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
export interface AuditEntry {
  readonly at: string;
  readonly account: string | null;
  /** Who it was, for people. */
  readonly actor: string;
  /** What was done: `token.issued`, `account.changed`. */
  readonly action: string;
  /** No secrets. */
  readonly details: Readonly<Record<string, unknown>>;
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
}

/** Binds an app or an SMPP client to a transport; null matches anything. */
export interface StoredRoute {
  readonly account: string;
  readonly name: string;
  /** Either this or `smpp_client`. */
  readonly app: string | null;
  /** The system_id of the client that gets the messages. */
  readonly smpp_client: string | null;
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
}

export interface Route extends StoredRoute {
  /** False: the number is not, or no more, the account's, and the route does nothing. */
  readonly assigned: boolean;
}

/** Who sets a route: what an operator routes is the account's from then on; an account routes what is its own. */
export type RoutedBy = 'operator' | 'account';

export type RouteInput = Pick<StoredRoute, 'account' | 'name' | 'transport'> & {
  readonly app?: string | null | undefined;
  readonly smpp_client?: string | null | undefined;
  readonly to_addr?: string | null | undefined;
  readonly keyword?: string | null | undefined;
  readonly prefix?: string | null | undefined;
  readonly endpoint?: string | undefined;
  readonly default?: boolean | undefined;
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

export const DIRECTIONS = ['inbound', 'outbound'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** The status that a message is recorded with. */
export type InboundStatus = 'received' | 'unrouted' | 'discarded' | 'failed';
export type OutboundStatus = 'queued' | 'discarded' | 'failed';
/** What is known of a message by now: its events say more than its own status. */
export const MESSAGE_STATUSES = [
  'received',
  'unrouted',
  'discarded',
  'failed',
  'queued',
  'ack',
  'pending',
  'uncertain',
  'expired',
  'cancelled',
  'nack',
  'delivered',
  'undelivered',
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

export interface MessageEvent {
  readonly event_id: string;
  readonly event_type: 'ack' | 'nack' | 'delivery_report';
  /** What the event makes of the message. */
  readonly status: MessageStatus;
  readonly timestamp: string;
  readonly sent_message_id?: string;
  readonly nack_reason?: string;
  readonly delivery_status?: DeliveryStatus;
  /** The network's own word for the state, such as UNDELIV. */
  readonly delivery_state?: string;
  /** Why it was not delivered, as the network tells it. */
  readonly delivery_error?: string;
}

export interface MessageRow {
  readonly message_id: string;
  readonly direction: Direction;
  /** Null when no route led to an app. */
  readonly account: string | null;
  readonly app: string | null;
  readonly transport_name: string | null;
  readonly from_addr: string | null;
  readonly to_addr: string | null;
  readonly content: string | null;
  readonly session_event: string | null;
  readonly in_reply_to: string | null;
  readonly timestamp: string;
  readonly status: MessageStatus;
  /** Why it was not delivered, for people; null: it was, or nothing is known. */
  readonly reason: string | null;
  /** Oldest first. */
  readonly events: MessageEvent[];
}

export interface MessageQuery extends PageQuery {
  /** Null: of all accounts, and of none. */
  readonly account: string | null;
  /** Not before this instant, ISO 8601. */
  readonly from?: string;
  /** Before this instant, ISO 8601. */
  readonly to?: string;
  readonly direction?: Direction;
  readonly app?: string;
  /** Sender or receiver, in any spelling of the number. */
  readonly address?: string;
  /** Any of these. */
  readonly status?: readonly MessageStatus[];
}

export interface LogEntry extends AppRef {
  readonly level: string;
  readonly text: string;
  /** The message in whose handler the app logged. */
  readonly message_id: string | null;
  readonly fields?: Readonly<Record<string, unknown>> | null | undefined;
  readonly timestamp: string;
}

export interface LogRow {
  readonly level: string;
  readonly text: string;
  readonly message_id: string | null;
  readonly fields: Record<string, unknown> | null;
  readonly timestamp: string;
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

export interface MetricQuery extends MetricName {
  /** Not before this instant, ISO 8601. */
  readonly from: string;
  /** Before this instant, ISO 8601. */
  readonly to: string;
  /** Minutes that make one point. */
  readonly stepMinutes: number;
}

export interface MetricPoint {
  /** The start of the step. */
  readonly at: string;
  readonly value: number;
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
}

export interface SnapshotApp extends AppRef {
  /** The active version. */
  readonly version: number | null;
  /** Of the live versions. */
  readonly handlers: string[];
  readonly rollout: Rollout | null;
  /** Null when the app has had one version only. */
  readonly versions_changed_at: string | null;
  /** What the manifest of the active version says of the two. */
  readonly api: string | null;
  readonly stop: string | false | null;
}

/** What one message or event used of its app. */
export interface RunCost {
  readonly cpu_us: number;
  readonly wall_ms: number;
  readonly wait_ms: number;
  readonly cold: boolean;
  readonly runs: number;
  /** By kind. */
  readonly calls: Readonly<Record<string, number>>;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly sends: number;
}

/** How a message or event fared in an app. */
export interface NewRun extends AppRef {
  readonly version: number;
  /** Or the id of an event. */
  readonly message_id: string;
  readonly kind: 'message' | 'event' | 'schedule';
  /** `ok`, or the reason of its failure. */
  readonly outcome: string;
  readonly error: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly cost: RunCost;
  /** JSON of what is needed to run it again; null when that is too much to keep. */
  readonly record: string | null;
}

export interface RunRow {
  readonly message_id: string;
  readonly version: number;
  readonly kind: 'message' | 'event' | 'schedule';
  readonly outcome: string;
  readonly error: string | null;
  readonly at: string;
  readonly cost: RunCost;
  /** Whether it can be run again. */
  readonly recorded: boolean;
}

export interface RunDetail extends RunRow {
  readonly record: Record<string, unknown> | null;
}

export interface RunQuery extends PageQuery {
  /** One outcome, or `failed` for all but `ok`. */
  readonly outcome?: string;
}

/** ISO 8601; default: the last 31 days. Whole hours are counted. */
export interface UsageRange {
  readonly from?: string;
  readonly to?: string;
}

export interface Usage {
  readonly messages: number;
  readonly cpu_ms: number;
  readonly http_calls: number;
  readonly host_calls: number;
  readonly sends: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly cold_starts: number;
  /** By reason. */
  readonly failures: Readonly<Record<string, number>>;
}

/** What an app has used since it was first deployed. */
export interface AppTotals extends AppRef {
  /** False once it was deleted. */
  readonly deployed: boolean;
  readonly cpu_us: number;
  readonly wall_us: number;
  /** In which its messages waited for their handlers. */
  readonly wait_us: number;
  readonly sends: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly cold_starts: number;
  /** Messages and events, by how they ended. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Calls to the platform, by kind. */
  readonly calls: Readonly<Record<string, number>>;
}

export interface AppUsage extends AppRef {
  readonly from: string;
  readonly to: string;
  readonly total: Usage;
  readonly hours: readonly (Usage & { readonly hour: string })[];
}

export interface AccountUsage {
  readonly account: string;
  readonly from: string;
  readonly to: string;
  readonly total: Usage;
  readonly apps: readonly (Usage & { readonly app: string })[];
}
