import type { LogEntry, LogRow } from './message-records.ts';
import type {
  App,
  AppSettings,
  AppVersion,
  NewVersion,
  Page,
  PageGrant,
  PageInvitation,
  PageMember,
  PageNumberUse,
  PageQuery,
  VersionFile,
  Worker,
} from './records.ts';
import type {
  AccountUsage,
  AppFunnel,
  AppTotals,
  AppUsage,
  NewRun,
  RunDetail,
  RunQuery,
  RunRow,
  UsageRange,
} from './run-records.ts';
import type { AppRef, PageAudience, TalkPolicy } from '@vumi/core';

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

interface Activation {
  /** Of new sessions, 1 to 100; default: 100. */
  readonly percent?: number;
  readonly talks?: TalkPolicy | undefined;
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
   * `talks` is of conversations that are open on earlier versions; default: pin.
   */
  activate(ref: AppRef, version: number, how?: Activation): Promise<AppVersion>;
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

/** What an account has granted the page of an app. `actor` as above. */
export interface PageGrants {
  list(ref: AppRef): Promise<PageGrant[]>;
  /** The same where somebody uses it; none of an app that is not there. */
  held(ref: AppRef): Promise<PageGrant[]>;
  /**
   * For the audience, or for each for which the active version asks. Throws `request.conflict` for what it does not ask
   * for.
   */
  grant(
    ref: AppRef,
    wanted: { readonly scopes: readonly string[]; readonly audience?: PageAudience | undefined },
    actor: string,
  ): Promise<void>;
  /** From the audience, or from both. Throws `not_found` when it was not granted. */
  withdraw(
    ref: AppRef,
    grant: { readonly scope: string; readonly audience?: PageAudience | undefined },
    actor: string,
  ): Promise<void>;
  /** Notes one request that shows so many numbers in full. */
  countNumbers(
    ref: AppRef,
    use: { readonly day: string; readonly viewer: string; readonly numbers: number },
  ): Promise<void>;
  /** The newest day first. */
  numberUses(ref: AppRef, page: PageQuery): Promise<Page<PageNumberUse>>;
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

/** What became of the questions of an app's conversations, for 90 days. */
export interface FunnelStore {
  /** The newest version first. */
  ofApp(ref: AppRef, range: UsageRange): Promise<AppFunnel>;
}

/** Totals of all runs, also of those that are not kept; they outlive their app. */
export interface UsageStore {
  ofApp(ref: AppRef, range: UsageRange): Promise<AppUsage>;
  ofAccount(account: string, range: UsageRange): Promise<AccountUsage>;
  /** Of all apps that have ever run, the one that used most CPU first. */
  totals(): Promise<AppTotals[]>;
}
