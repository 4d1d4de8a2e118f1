import {
  addressKey,
  appKey,
  DEFAULT_ENDPOINT,
  endpointOf,
  errorText,
  foldText,
  NumberBook,
  stampOf,
  type AppRef,
  type AssignedNumber,
  type EndpointFaults,
  type LiveVersions,
  type Rollout,
  type TalkPolicy,
  type UserMessage,
} from '@vumi/core';
import { keywordOf } from './keyword.ts';
import { isShare } from './pick-route.ts';
import { chooseWay, endpointOfRoute, leadsTo, type WantedWay, type WayOut } from './ways-out.ts';

/** Binds an app or an SMPP client to a transport; null matches anything. `prefix` is the start of the sender's address. */
export interface RouteRule {
  readonly account: string;
  readonly name: string;
  /** One of this, `smpp_client` and `connector`. */
  readonly app: string | null;
  /** The system_id of a client. */
  readonly smpp_client?: string | null;
  /** Any other connector; of the two above it is what names them in the store. */
  readonly connector?: string | null;
  /** Its part and its place among routes that match the same messages (pick-route.ts); absent in all of them: it stands alone. */
  readonly weight?: number | null;
  readonly failover?: number | null;
  readonly transport: string;
  readonly to_addr: string | null;
  readonly keyword: string | null;
  readonly prefix: string | null;
  /** Of the app; absent: `default`. */
  readonly endpoint?: string;
  /** Whether it is the way out where several are possible. */
  readonly default?: boolean;
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
    /** What becomes of conversations that are open on earlier versions. Default: pin. */
    readonly talks?: TalkPolicy;
    /** What the active version is written for; null: not known. */
    readonly api?: string | null;
    /** What its vumi.json says of STOP: false, it sees to it itself; a text, the platform answers so. */
    readonly stop?: string | false | null;
  }[];
  readonly routes: readonly RouteRule[];
  /** Routes whose numbers are not their account's are passed over. */
  readonly numbers: readonly AssignedNumber[];
  readonly transports: readonly { readonly name: string }[];
  /** Whose app gets what no route matches, and may answer from numbers that are nobody's. */
  readonly fallbackAccount?: string | null;
}

interface TransportRoutes {
  readonly byNumber: ReadonlyMap<string, readonly RouteRule[]>;
  /** Of every number. */
  readonly open: readonly RouteRule[];
}

const NO_ROUTES: TransportRoutes = { byNumber: new Map(), open: [] };

type HostedApp = RoutingSnapshot['apps'][number];

/** Routes held in memory and replaced as a whole, so that a message sees one consistent table. */
export class RouteTable {
  readonly #activeAccounts: ReadonlySet<string>;
  readonly #respectful: ReadonlySet<string>;
  readonly #apps: ReadonlyMap<string, HostedApp>;
  readonly #byTransport: ReadonlyMap<string, TransportRoutes>;
  /** Those whose numbers are their account's. */
  readonly #byAccount: ReadonlyMap<string, readonly RouteRule[]>;
  readonly #byConnector: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #shares: readonly RouteRule[];
  readonly #numbers: NumberBook;
  readonly #fallbackAccount: string | null;
  readonly #endpoints = new Map<string, EndpointFaults>();
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
    const byTransport = Map.groupBy(ordered, (route) => route.transport);
    this.#byTransport = new Map(Array.from(byTransport, ([name, routes]) => [name, byNumber(routes)]));
    const numbers = new NumberBook(snapshot.numbers);
    this.#numbers = numbers;
    this.#byAccount = Map.groupBy(
      ordered.filter((route) => numbers.holds(route.account, route)),
      (route) => route.account,
    );
    this.#byConnector = accountsByConnector(snapshot.routes);
    this.#shares = snapshot.routes.filter(isShare);
    this.#fallbackAccount = snapshot.fallbackAccount ?? null;
    this.transports = new Set(snapshot.transports.map(({ name }) => name));
  }

  isActive(account: string): boolean {
    return this.#activeAccounts.has(account);
  }

  respectsOptouts(account: string): boolean {
    return this.#respectful.has(account);
  }

  knowsApp(ref: AppRef): boolean {
    return this.#apps.has(appKey(ref));
  }

  activeVersion(ref: AppRef): number | null {
    return this.#apps.get(appKey(ref))?.version ?? null;
  }

  /** Null when no version is active. */
  liveVersions(ref: AppRef): LiveVersions | null {
    const app = this.#apps.get(appKey(ref));
    if (app === undefined || app.version === null) return null;
    const { version, rollout = null, versions_changed_at = null, talks = 'pin' } = app;
    return {
      active: version,
      rollout,
      changedAt: versions_changed_at === null ? null : Date.parse(versions_changed_at),
      talks,
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
    const routes = this.#candidates(message).filter((route) => this.#isTheirs(route, message));
    return new Set(routes.map(({ account }) => account));
  }

  /** The most specific route with a keyword that the message matches, or those that share its messages. */
  matchKeyword(message: UserMessage): readonly RouteRule[] {
    const candidates = this.#candidates(message).filter((route) => route.keyword !== null);
    if (candidates.length === 0) return [];
    const keyword = keywordOf(message.content);
    return sharing(candidates.filter((route) => route.keyword === keyword && this.#isTheirs(route, message)));
  }

  /** Whether who writes to the number must be remembered, to stay with whom he is talking to. */
  isShared(transport: string | null, address: string | null): boolean {
    return this.#routesOf(transport, address).some((route) => route.keyword !== null || isShare(route));
  }

  /** Whether it is also who writes that decides by which route a message to the number goes. */
  dependsOnUser(transport: string | null, address: string | null): boolean {
    return this.#routesOf(transport, address).some((route) => route.prefix !== null || isShare(route));
  }

  /** The most specific route without a keyword that the message matches, or those that share its messages. */
  matchCatchAll(message: UserMessage): readonly RouteRule[] {
    const candidates = this.#candidates(message).filter((route) => route.keyword === null);
    return sharing(candidates.filter((route) => this.#isTheirs(route, message)));
  }

  /** The endpoint of an app by which a message came that no route of it matches: its user is in conversation with it. */
  endpointAt(
    holder: AppRef | { readonly account: string; readonly connector: string },
    { transport_name, to_addr }: UserMessage,
  ): string {
    const leadsTo = (route: RouteRule): boolean =>
      'app' in holder ? route.app === holder.app : route.connector === holder.connector;
    const routes = this.#routesOf(transport_name, to_addr);
    const own = routes.find((route) => route.account === holder.account && leadsTo(route));
    return own === undefined ? DEFAULT_ENDPOINT : endpointOfRoute(own);
  }

  /** The way out of the account that is wanted. Throws `route.none` and `route.ambiguous`. */
  wayOut(account: string, wanted: WantedWay): WayOut {
    const routes = this.#byAccount.get(account) ?? [];
    const { from, transport, endpoint, user, isUp } = wanted;
    if (from === undefined || endpoint !== undefined) return chooseWay(account, routes, wanted);
    // Who names an address has chosen, also one of which nothing is routed; the app only hears of what becomes of it.
    const held = this.#numbers.transportsOf(account, from).map((name) => senderOnly(account, name, from));
    return chooseWay(account, [...routes, ...held], { from, transport, user, isUp });
  }

  /** The name of the route by which a message of an account came or leaves; null: by none, or by a number alone. */
  routeOf(message: UserMessage, direction: 'inbound' | 'outbound'): string | null {
    const stamp = stampOf(message);
    if (stamp === null || stamp.route !== undefined) return stamp?.route ?? null;
    const number = direction === 'inbound' ? message.to_addr : message.from_addr;
    const { account, app, connector } = stamp;
    const wanted = { app: app ?? undefined, connector };
    const own = this.#routesOf(message.transport_name, number).filter(
      (route) => route.account === account && leadsTo(route, wanted),
    );
    const endpoint = endpointOf(message);
    return (own.find((route) => endpointOfRoute(route) === endpoint) ?? own[0])?.name ?? null;
  }

  /** Accounts that have a route to the connector; null when none has, or when it is an app's or an SMPP client's. */
  accountsOf(connector: string): ReadonlySet<string> | null {
    return this.#byConnector.get(connector) ?? null;
  }

  /** Connectors that routes lead to, without those of apps and SMPP clients. */
  get connectors(): Iterable<string> {
    return this.#byConnector.keys();
  }

  /** Routes that share what they match with others. */
  get shares(): readonly RouteRule[] {
    return this.#shares;
  }

  /** The account's route of that name, where it does something. */
  routeNamed(account: string, name: string): RouteRule | null {
    return (this.#byAccount.get(account) ?? []).find((route) => route.name === name) ?? null;
  }

  /** Those that routes of the account lead over; `connector`: to that connector. */
  transportsOf(account: string, connector?: string): string[] {
    const routes = (this.#byAccount.get(account) ?? []).filter(
      (route) => connector === undefined || route.connector === connector,
    );
    return [...new Set(routes.map(({ transport }) => transport))];
  }

  /** Whether the account may send from the address over the transport: by a route, or because it holds the address. */
  maySend(account: string, transport: string, from: string | null): boolean {
    const routes = this.#byAccount.get(account) ?? [];
    const key = from === null ? null : addressKey(from);
    const isRouted = routes.some(
      ({ to_addr, ...route }) =>
        route.transport === transport && (to_addr === null ? null : addressKey(to_addr)) === key,
    );
    return isRouted || (from !== null && this.#numbers.transportsOf(account, from).includes(transport));
  }

  /** Whether the account may answer from the address to which a message came. */
  mayAnswer(account: string, transport: string, address: string | null): boolean {
    if (this.#numbers.mayUse(account, transport, address)) return true;
    return account === this.#fallbackAccount && !this.#numbers.isAnybodys(transport, address);
  }

  /** What an app can send by. */
  endpointsOf(ref: AppRef): EndpointFaults {
    const key = appKey(ref);
    const known = this.#endpoints.get(key);
    if (known !== undefined) return known;
    const routes = (this.#byAccount.get(ref.account) ?? []).filter(({ app }) => app === ref.app);
    const names = new Set(routes.map(endpointOfRoute));
    const faults = Object.fromEntries(
      Array.from(names, (endpoint) => [endpoint, this.#faultOf(ref, endpoint)]),
    );
    this.#endpoints.set(key, faults);
    return faults;
  }

  #faultOf({ account, app }: AppRef, endpoint: string): string | null {
    try {
      this.wayOut(account, { app, endpoint });
      return null;
    } catch (error) {
      return errorText(error);
    }
  }

  /** Those of the number, then those of every number. */
  #routesOf(transport: string | null, address: string | null): readonly RouteRule[] {
    if (transport === null) return [];
    const { byNumber: numbers, open } = this.#byTransport.get(transport) ?? NO_ROUTES;
    const own = address === null ? undefined : numbers.get(addressKey(address));
    return own === undefined ? open : [...own, ...open];
  }

  #candidates(message: UserMessage): readonly RouteRule[] {
    const from = message.from_addr ?? '';
    return this.#routesOf(message.transport_name, message.to_addr).filter(
      ({ prefix }) => prefix === null || from.startsWith(prefix),
    );
  }

  /** What one account wants of all numbers takes nothing from a number that is another's. */
  #isTheirs({ account, transport, keyword }: RouteRule, { to_addr }: UserMessage): boolean {
    return this.#numbers.holds(account, { transport, to_addr, keyword });
  }
}

/** The first of them with those of its account that share its messages. */
function sharing(routes: readonly RouteRule[]): readonly RouteRule[] {
  const [first] = routes;
  if (first === undefined || routes.length === 1) return routes;
  if (!isShare(first)) return [first];
  const sharedBy = ({ account, prefix, to_addr }: RouteRule): string =>
    JSON.stringify([account, prefix, to_addr === null ? null : addressKey(to_addr)]);
  return routes.filter((route) => isShare(route) && sharedBy(route) === sharedBy(first));
}

/** What was assigned and is not routed. */
function senderOnly(account: string, transport: string, from: string): RouteRule {
  return { account, name: '', app: null, transport, to_addr: from, keyword: null, prefix: null };
}

function byNumber(routes: readonly RouteRule[]): TransportRoutes {
  const numbered = routes.filter(({ to_addr }) => to_addr !== null);
  return {
    byNumber: Map.groupBy(numbered, ({ to_addr }) => addressKey(to_addr ?? '')),
    open: routes.filter(({ to_addr }) => to_addr === null),
  };
}

function accountsByConnector(routes: readonly RouteRule[]): ReadonlyMap<string, ReadonlySet<string>> {
  const accounts = new Map<string, Set<string>>();
  for (const { account, app, smpp_client, connector } of routes) {
    if (app !== null || smpp_client != null || connector == null) continue;
    const known = accounts.get(connector);
    if (known === undefined) accounts.set(connector, new Set([account]));
    else known.add(account);
  }
  return accounts;
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
