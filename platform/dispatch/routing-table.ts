import { appKey, foldText, type AppRef, type LiveVersions, type Rollout, type UserMessage } from '@vumi/core';
import { keywordOf } from './keyword.ts';

/** Binds an app or an SMPP client to a transport; null matches anything. `prefix` is the start of the sender's address. */
export interface RouteRule {
  readonly account: string;
  readonly name: string;
  /** Either this or `smpp_client`. */
  readonly app: string | null;
  /** The system_id of a client. */
  readonly smpp_client?: string | null;
  readonly transport: string;
  readonly to_addr: string | null;
  readonly keyword: string | null;
  readonly prefix: string | null;
}

/** Everything that routing depends on, as the store knows it at one moment. */
export interface RoutingSnapshot {
  readonly accounts: readonly {
    readonly name: string;
    readonly active: boolean;
    /** Who has opted out gets replies only. */
    readonly respect_optouts?: boolean;
  }[];
  readonly apps: readonly {
    readonly account: string;
    readonly app: string;
    /** The active version, or null when none is. */
    readonly version: number | null;
    /** Of all live versions. */
    readonly handlers: readonly string[];
    /** A second live version. */
    readonly rollout?: Rollout | null;
    /** When the versions were last changed, ISO 8601; null when there was only one. */
    readonly versions_changed_at?: string | null;
    /** What the active version is written for; null: not known. */
    readonly api?: string | null;
    /** What its vumi.json says of STOP: false, it sees to it itself; a text, the platform answers so. */
    readonly stop?: string | false | null;
  }[];
  readonly routes: readonly RouteRule[];
  readonly transports: readonly { readonly name: string }[];
}

type HostedApp = RoutingSnapshot['apps'][number];

/** Routes held in memory and replaced as a whole, so that a message sees one consistent table. */
export class RoutingTable {
  readonly #activeAccounts: ReadonlySet<string>;
  readonly #respectful: ReadonlySet<string>;
  readonly #apps: ReadonlyMap<string, HostedApp>;
  readonly #byTransport: ReadonlyMap<string, readonly RouteRule[]>;
  readonly #byAccount: ReadonlyMap<string, readonly RouteRule[]>;
  readonly transports: ReadonlySet<string>;

  constructor(snapshot: RoutingSnapshot) {
    this.#activeAccounts = new Set(
      snapshot.accounts.filter((account) => account.active).map(({ name }) => name),
    );
    this.#respectful = new Set(
      snapshot.accounts.filter((account) => account.respect_optouts === true).map(({ name }) => name),
    );
    this.#apps = new Map(snapshot.apps.map((app) => [appKey(app), app]));
    const ordered = snapshot.routes
      .map(folded)
      .toSorted((a, b) => specificity(b) - specificity(a) || compare(a, b));
    this.#byTransport = Map.groupBy(ordered, (route) => route.transport);
    this.#byAccount = Map.groupBy(ordered, (route) => route.account);
    this.transports = new Set(snapshot.transports.map(({ name }) => name));
  }

  isActive(account: string): boolean {
    return this.#activeAccounts.has(account);
  }

  respectsOptouts(account: string): boolean {
    return this.#respectful.has(account);
  }

  activeVersion(ref: AppRef): number | null {
    return this.#apps.get(appKey(ref))?.version ?? null;
  }

  /** Null when no version is active. */
  liveVersions(ref: AppRef): LiveVersions | null {
    const app = this.#apps.get(appKey(ref));
    if (app === undefined || app.version === null) return null;
    const { version, rollout = null, versions_changed_at = null } = app;
    return {
      active: version,
      rollout,
      changedAt: versions_changed_at === null ? null : Date.parse(versions_changed_at),
    };
  }

  handlesEvents(ref: AppRef): boolean {
    return this.#apps.get(appKey(ref))?.handlers.includes('onEvent') ?? false;
  }

  /** Apps of Vumi Go see to opt-outs themselves. */
  isClassic(ref: AppRef): boolean {
    return this.#apps.get(appKey(ref))?.api === 'classic';
  }

  /** What is answered to STOP in place of the app; null: the app answers; false: the app sees to it altogether. */
  stopOf(ref: AppRef): string | false | null {
    return this.isClassic(ref) ? false : (this.#apps.get(appKey(ref))?.stop ?? null);
  }

  /** Accounts that have a route for the number that the message came to. */
  accountsAt(message: UserMessage): Set<string> {
    return new Set(this.#candidates(message).map(({ account }) => account));
  }

  /** The most specific route with a keyword that the message matches. */
  matchKeyword(message: UserMessage): RouteRule | null {
    const candidates = this.#candidates(message).filter((route) => route.keyword !== null);
    if (candidates.length === 0) return null;
    const keyword = keywordOf(message.content);
    return candidates.find((route) => route.keyword === keyword) ?? null;
  }

  /** Whether the number that the message came to is shared by keywords. */
  hasKeywords(transport: string | null, address: string | null): boolean {
    return this.#routesOf(transport).some(
      (route) => route.keyword !== null && (route.to_addr === null || route.to_addr === address),
    );
  }

  /** The most specific route without a keyword that the message matches. */
  matchCatchAll(message: UserMessage): RouteRule | null {
    return this.#candidates(message).find((route) => route.keyword === null) ?? null;
  }

  /** The route that a message of the app goes out by: over the wanted transport or from the wanted number where given. */
  outboundRoute(
    account: string,
    wanted: { app?: string; transport?: string; from?: string },
  ): RouteRule | null {
    const routes = (this.#byAccount.get(account) ?? []).filter(
      (route) =>
        (wanted.app === undefined || route.app === wanted.app) &&
        (wanted.transport === undefined || route.transport === wanted.transport),
    );
    if (wanted.from !== undefined) return routes.find((route) => route.to_addr === wanted.from) ?? null;
    return routes.find((route) => route.to_addr !== null) ?? routes[0] ?? null;
  }

  #routesOf(transport: string | null): readonly RouteRule[] {
    return transport === null ? [] : (this.#byTransport.get(transport) ?? []);
  }

  /**
   * A number belongs to the accounts that have routes for it: what others want of all numbers is not wanted there, or
   * anybody could draw a word from every number by a keyword without one.
   */
  #candidates(message: UserMessage): readonly RouteRule[] {
    const routes = this.#routesOf(message.transport_name);
    const owners = new Set(
      routes.filter(({ to_addr }) => to_addr === message.to_addr).map(({ account }) => account),
    );
    const isOpen = ({ to_addr, account }: RouteRule): boolean =>
      to_addr === null ? owners.size === 0 || owners.has(account) : to_addr === message.to_addr;
    return routes.filter(
      (route) =>
        isOpen(route) && (route.prefix === null || (message.from_addr ?? '').startsWith(route.prefix)),
    );
  }
}

/** Keywords as the texts of messages are read. */
function folded(route: RouteRule): RouteRule {
  return route.keyword === null ? route : { ...route, keyword: foldText(route.keyword) };
}

const NUMBER_WEIGHT = 1000;

/** A route for one number comes before one for all; then the longer prefix of the sender. */
function specificity(route: RouteRule): number {
  return (route.to_addr === null ? 0 : NUMBER_WEIGHT) + (route.prefix?.length ?? 0);
}

function compare(a: RouteRule, b: RouteRule): number {
  return a.account.localeCompare(b.account) || a.name.localeCompare(b.name);
}
