import type {
  AccountRecords,
  AppRef,
  AssignedNumber,
  Contact,
  EffectFailure,
  ContactGroup,
  Optout,
  ScheduleEffect,
  StoreEffect,
  SmppClientSettings,
  StoreEffects,
  TransportEvent,
  UserMessage,
} from '@vumi/core';
import type {
  Account,
  AccountUsage,
  App,
  AppSettings,
  AppTotals,
  AppUsage,
  AppVersion,
  AuditEntry,
  ContactListQuery,
  DueQuery,
  InboundStatus,
  LogEntry,
  LogRow,
  MessageQuery,
  MessageRow,
  MetricName,
  MetricPoint,
  MetricQuery,
  NewRun,
  NewToken,
  NewVersion,
  NumberInput,
  NumberQuery,
  OutboundStatus,
  Page,
  PageInvitation,
  PageMember,
  PageQuery,
  Route,
  RoutedBy,
  RouteInput,
  RunDetail,
  RunQuery,
  RunRow,
  Schedule,
  SmppClient,
  SmppPartGroup,
  Snapshot,
  StoredRoute,
  TokenInfo,
  TransportRow,
  UsageRange,
  VersionFile,
  Worker,
} from './records.ts';

/**
 * The platform's database. Errors of all methods: `store.unavailable` while Postgres cannot be reached, `not_found` for
 * what is named but does not exist, `request.invalid` with the field for names, cursors and the like that are none.
 */
export interface Store extends AsyncDisposable {
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly audit: AuditTrail;
  readonly apps: Apps;
  readonly versions: Versions;
  readonly pageMembers: PageMembers;
  readonly routes: Routes;
  readonly numbers: Numbers;
  readonly transports: Transports;
  readonly smppClients: SmppClients;
  readonly smppParts: SmppParts;
  readonly messages: Messages;
  readonly idempotency: Idempotency;
  readonly cancellations: Cancellations;
  readonly logs: Logs;
  readonly runs: Runs;
  readonly usage: UsageStore;
  readonly effects: EffectsStore;
  /** What apps read of an account's records. */
  readonly records: AccountRecords;
  readonly contacts: Contacts;
  readonly groups: ContactGroups;
  readonly optouts: Optouts;
  readonly metrics: Metrics;
  readonly schedules: Schedules;
  readonly recorder: Recorder;
  readonly completedSteps: CompletedSteps;
  snapshot(): Promise<Snapshot>;
  /**
   * Tells of writes in any process. Listeners in the process that writes are awaited before the write resolves; others
   * hear a moment later, and hear of everything when they may have missed something.
   */
  onChange(listener: ChangeListener): Disposable;
  /** Waits for its turn: of all processes one holds the lease of a name. Rejects with the signal's reason. */
  lease(name: string, signal: AbortSignal): Promise<Lease>;
}

/** `schedules` is told of only when one is due at once: the rest is found in time by looking. */
export const CHANGES = [
  'accounts',
  'apps',
  'routes',
  'transports',
  'smpp_clients',
  'schedules',
  'tokens',
  'cancellations',
] as const;
export type ChangedThing = (typeof CHANGES)[number];
export interface Change {
  readonly what: ChangedThing;
}
export type ChangeListener = (change: Change) => void | Promise<void>;

/** Disposal gives the lease to whoever waits for it. */
export interface Lease extends AsyncDisposable {
  /** Resolves when the connection that holds the lease broke: another process may have the lease now. */
  readonly lost: Promise<void>;
}

/** What was done once when the platform was set up; it stays done when people undo it. */
export interface CompletedSteps {
  has(name: string): Promise<boolean>;
  add(name: string): Promise<void>;
}

export interface Accounts {
  /** `request.conflict` when it exists. */
  create(name: string): Promise<Account>;
  get(name: string): Promise<Account>;
  /** By name. */
  list(page: PageQuery): Promise<Page<Account>>;
  /** What is absent stays; `limits` replaces the whole plan. `actor` is kept in the audit trail. */
  change(
    name: string,
    change: {
      readonly active?: boolean | undefined;
      readonly limits?: Readonly<Record<string, number>> | undefined;
      readonly can_manage_optouts?: boolean | undefined;
      readonly respect_optouts?: boolean | undefined;
      /** Replaces all. */
      readonly private_services?: readonly string[] | undefined;
    },
    actor: string,
  ): Promise<Account>;
}

/** `actor` is who does it, for people: it is kept in the audit trail. `account` null: tokens of administrators. */
export interface Tokens {
  /** The token is shown this once: the store keeps its hash. */
  issue(token: NewToken, actor: string): Promise<{ token: string; info: TokenInfo }>;
  /** Null for a token that was never issued or is revoked. */
  verify(token: string): Promise<TokenInfo | null>;
  /** By id: ids begin with the time. */
  list(account: string | null, page: PageQuery): Promise<Page<TokenInfo>>;
  /** What is absent stays; `expires_at` null: it has no end. */
  change(
    account: string | null,
    id: string,
    change: { readonly label?: string | undefined; readonly expires_at?: string | null | undefined },
    actor: string,
  ): Promise<TokenInfo>;
  /** Another in its place, for as long as it was made for unless said otherwise; the old one goes on for the overlap. */
  rotate(
    account: string | null,
    id: string,
    how: { readonly overlap_seconds: number; readonly expires_at?: string | null | undefined },
    actor: string,
  ): Promise<{ token: string; info: TokenInfo }>;
  revoke(account: string | null, id: string, actor: string): Promise<void>;
  /** Those of these ids that are valid. */
  alive(ids: Iterable<string>): Promise<string[]>;
  /**
   * Makes the administrator's token that was chosen outside valid, and the one that was so before invalid. `replaced`:
   * there was one.
   */
  configure(token: string): Promise<{ id: string; replaced: boolean }>;
  /** The token that `configure` made valid last. */
  configured(): Promise<{ id: string; hash: string } | null>;
}

export interface AuditTrail {
  /** Newest first; `account` null: of all accounts and of the platform. */
  list(account: string | null, page: PageQuery): Promise<Page<AuditEntry>>;
}

export interface Apps {
  get(ref: AppRef): Promise<App>;
  /** By name. */
  list(account: string, page: PageQuery): Promise<Page<App>>;
  /** With its versions, routes, settings and logs; its messages stay. */
  remove(ref: AppRef): Promise<void>;
  /** Replaces the whole configuration. */
  setConfig(ref: AppRef, config: Readonly<Record<string, unknown>>): Promise<App>;
  /** Null removes the secret. */
  setSecret(ref: AppRef, name: string, value: string | null): Promise<void>;
  /** The one way to read secrets' values. */
  settings(ref: AppRef): Promise<AppSettings>;
}

export interface Versions {
  /**
   * Makes the app when it is new. A bundle that the app has already is that version again (`created` false), activated
   * when asked.
   */
  add(version: NewVersion): Promise<{ version: AppVersion; created: boolean }>;
  /** Newest first. */
  list(ref: AppRef, page: PageQuery): Promise<Page<AppVersion>>;
  get(ref: AppRef, version: number): Promise<AppVersion>;
  /**
   * Makes it the active version, alone. With a `percent` below 100 it becomes a second live version beside the active
   * one and gets that share of new sessions; `request.conflict` when no other version is active.
   */
  activate(ref: AppRef, version: number, percent?: number): Promise<AppVersion>;
  worker(ref: AppRef, version: number): Promise<Worker>;
  /** Null when the version has no file of that path. */
  file(ref: AppRef, version: number, path: string): Promise<Omit<VersionFile, 'path'> | null>;
  /** The zip as it was uploaded. */
  bundle(ref: AppRef, version: number): Promise<Buffer>;
}

/** Who may see the private pages of an app. Secrets are given out once: the store keeps their hashes. `actor` as above. */
export interface PageMembers {
  /** Makes the member, or gives one who is there another link. The secret is that of the link. */
  invite(
    ref: AppRef,
    invitation: PageInvitation,
    actor: string,
  ): Promise<{ secret: string; member: PageMember }>;
  /** By name. */
  list(ref: AppRef, page: PageQuery): Promise<Page<PageMember>>;
  /** With their links, and wherever they are signed in. */
  remove(ref: AppRef, name: string, actor: string): Promise<void>;
  /** Uses up a link of the app. The secret is that of the sign-in; null when there is no such link any more. */
  signIn(
    ref: AppRef,
    linkSecret: string,
  ): Promise<{ secret: string; path: string; expires_at: string } | null>;
  /** Who is signed in by that secret at the app; null: nobody. */
  signedIn(ref: AppRef, secret: string): Promise<{ name: string } | null>;
  signOut(secret: string): Promise<void>;
}

export interface Routes {
  /**
   * Makes or replaces. `route.conflict`, with the other route in the details, when one of the account or, for operators,
   * of anybody matches the same messages. `number.taken` and `number.not_assigned` when the number or the keyword is not
   * the account's.
   */
  put(route: RouteInput, by: RoutedBy): Promise<Route>;
  get(account: string, name: string): Promise<Route>;
  /** By name. */
  list(account: string, page: PageQuery): Promise<Page<Route>>;
  remove(account: string, name: string): Promise<void>;
}

/** Which numbers of which transports are whose. Routes whose number is taken away stay and do nothing. */
export interface Numbers {
  /** `number.taken` when it is another's. What the account has already stays. */
  assign(account: string, number: NumberInput): Promise<AssignedNumber>;
  /** What was assigned in these words, and the routes that have ended with it. */
  release(number: NumberInput): Promise<{ numbers: AssignedNumber[]; stopped: StoredRoute[] }>;
  /** By transport and number. */
  list(query: NumberQuery): Promise<Page<AssignedNumber>>;
}

export interface Transports {
  /** Makes or replaces. */
  put(
    name: string,
    transport: { readonly type: string; readonly config: Readonly<Record<string, unknown>> },
  ): Promise<TransportRow>;
  get(name: string): Promise<TransportRow>;
  /** By name. */
  list(): Promise<TransportRow[]>;
  /** Its numbers are nobody's then: another transport of its name has its own. */
  remove(name: string): Promise<void>;
}

export interface SmppClients {
  /**
   * Makes or replaces. `password` absent: a client that is there keeps its own; null, or absent for a new client: one is
   * made and given out this once. `request.conflict` when another client has the system_id.
   */
  put(
    account: string,
    systemId: string,
    client: { readonly settings: SmppClientSettings; readonly password?: string | null | undefined },
  ): Promise<{ client: SmppClient; created: boolean; password: string | null }>;
  get(account: string, systemId: string): Promise<SmppClient>;
  /** By system_id. */
  list(account: string, page: PageQuery): Promise<Page<SmppClient>>;
  /** With its routes. */
  remove(account: string, systemId: string): Promise<void>;
  /** Whether a client of that system_id has that password. */
  verify(systemId: string, password: string): Promise<boolean>;
}

/** Parts of long messages that SMPP clients have submitted, until all are there. Bodies are the caller's JSON. */
export interface SmppParts {
  /** Keeps a part, unless there is one of its number, and answers all that are there, by number. */
  add(group: SmppPartGroup, part: number, body: unknown): Promise<ReadonlyMap<number, unknown>>;
  remove(group: SmppPartGroup): Promise<void>;
  /** Those to which nothing was added since a time (milliseconds since the epoch), the longest waiting first. */
  stale(
    before: number,
    limit: number,
  ): Promise<(SmppPartGroup & { readonly parts: ReadonlyMap<number, unknown> })[]>;
}

export interface Messages {
  /** Newest first. */
  list(query: MessageQuery): Promise<Page<MessageRow>>;
  /** `account` null: of any account. */
  get(account: string | null, messageId: string): Promise<MessageRow>;
}

/** What a program asks for under a key of its choice, so that asking twice does it once. */
/** Whether a message will not be sent, or its network has it, or had a reason not to take it. */
export type CancelOutcome = 'cancelled' | 'too_late';

/** Messages that are not to be sent any more. The transport decides, for only it knows what it has handed over. */
export interface Cancellations {
  /** Asking twice is asking once. */
  ask(messageId: string, transport: string): Promise<void>;
  /** Null while the transport has not decided, or nobody has asked. */
  outcome(messageId: string): Promise<CancelOutcome | null>;
  /** True when nothing will come of it any more; false when the transport has it in hand. */
  takeBack(messageId: string): Promise<boolean>;
  /** The ids that a transport is to decide on now. */
  claim(transport: string): Promise<string[]>;
  decide(messageId: string, outcome: CancelOutcome): Promise<void>;
}

export interface IdempotencyClaim {
  readonly account: string;
  /** Method and path: each has keys of its own. */
  readonly door: string;
  readonly key: string;
  /** Of what is asked for. */
  readonly digest: string;
  /** The id that the message is to have. */
  readonly messageId: string;
}

export interface Idempotency {
  /**
   * The id under which it is done: this one's, or that of who came first under the key within a day, with the answer he
   * got (null: he has none yet). `request.key_reused` when he asked for something else.
   */
  claim(claim: IdempotencyClaim): Promise<{ messageId: string; answer: unknown }>;
  keepAnswer(claim: IdempotencyClaim, answer: unknown): Promise<void>;
  /** Nothing was done: the key is free again. */
  release(claim: IdempotencyClaim): Promise<void>;
}

export interface Logs {
  /** Entries of apps that do not exist are dropped. */
  append(entries: readonly LogEntry[]): Promise<void>;
  /**
   * The newest 1000 entries of an app, oldest first, from the cursor on. `next_cursor` is the place after the last
   * entry, to ask for what comes later; null when there was no entry.
   */
  list(ref: AppRef, query: { readonly after?: string; readonly limit?: number }): Promise<Page<LogRow>>;
}

/** Runs of apps: the newest 1000 of each that worked, and the newest 1000 that failed. */
export interface Runs {
  /**
   * Resolves when it is written, which may take a second. Rejects when the database was away for so long that no more
   * can wait. A message is counted once in the totals if it is recorded once.
   */
  record(run: NewRun): Promise<void>;
  /** Newest first. */
  list(ref: AppRef, query: RunQuery): Promise<Page<RunRow>>;
  get(ref: AppRef, messageId: string): Promise<RunDetail>;
}

/** Totals of all runs, also of those that are not kept; they outlive their app. */
export interface UsageStore {
  ofApp(ref: AppRef, range: UsageRange): Promise<AppUsage>;
  ofAccount(account: string, range: UsageRange): Promise<AccountUsage>;
  /** Of all apps that have ever run, the one that used most CPU first. */
  totals(): Promise<AppTotals[]>;
}

export interface EffectsStore {
  /**
   * All of them in one step, unless effects were applied under the marker before. Resolves to those that the database
   * cannot hold: they cost the others nothing.
   */
  apply(effects: StoreEffects): Promise<readonly EffectFailure[]>;
  /** What a person does to the records of an account, in one step. */
  change(account: string, effects: readonly Exclude<StoreEffect, ScheduleEffect>[]): Promise<void>;
}

export interface Contacts {
  get(account: string, key: string): Promise<Contact>;
  /** By key. */
  list(account: string, query: ContactListQuery): Promise<Page<Contact>>;
}

export interface ContactGroups {
  get(account: string, key: string): Promise<ContactGroup>;
  /** By name. */
  list(account: string, page: PageQuery): Promise<Page<ContactGroup>>;
}

export interface Optouts {
  /** Cheap for many at once: they are asked for together. The address is written as `normaliseAddress` gives it. */
  includes(account: string, type: string, value: string): Promise<boolean>;
  /** By type and address. */
  list(account: string, page: PageQuery): Promise<Page<Optout>>;
}

export interface Metrics {
  /** Names of what was fired. */
  list(account: string, page: PageQuery): Promise<Page<MetricName>>;
  /** Steps in which nothing was fired have no point. */
  series(account: string, query: MetricQuery): Promise<MetricPoint[]>;
}

/** What is to happen in apps, until it happens. Handlers make them by store effects. */
export interface Schedules {
  /** By time. */
  list(account: string, query: PageQuery & { readonly app?: string }): Promise<Page<Schedule>>;
  cancel(ref: AppRef, id: string): Promise<void>;
  /** Those that are due at a time (milliseconds since the epoch), the longest overdue first. */
  due(at: number, query: DueQuery): Promise<Schedule[]>;
  /** When the next one is due, but for those of some apps, milliseconds since the epoch; null: there is none. */
  next(except: readonly AppRef[]): Promise<number | null>;
  /** Those of these ids that are still there. */
  remove(ids: readonly string[]): Promise<void>;
}

/**
 * Writes what happened. A promise resolves when the row is safe in Postgres; rows of many callers travel together.
 * While Postgres is away callers wait. What was recorded before is not recorded again.
 */
/** Whose message it is; `app` null for one that an account sent through the API. */
export interface MessageOwner {
  readonly account: string;
  readonly app: string | null;
}

export interface Recorder {
  inbound(message: UserMessage, owner: MessageOwner | null, status: InboundStatus): Promise<void>;
  outbound(message: UserMessage, owner: MessageOwner | null, status: OutboundStatus): Promise<void>;
  event(event: TransportEvent): Promise<void>;
}
