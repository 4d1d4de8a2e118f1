import {
  addressKey,
  DEFAULT_ENDPOINT,
  endpointOf,
  eventStatus,
  foldText,
  smppClientConnector,
  stampMessage,
  stampOf,
  VumiError,
  type AppRef,
  type Stamp,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { pickShare } from './pick-route.ts';
import { refusalOf } from './refusal.ts';
import type { RouteTable, RouteRule } from './route-table.ts';
import type { Routed, Router } from './router.ts';
import type { Held, Sessions } from './sessions.ts';
import { endpointOfRoute } from './ways-out.ts';

export interface RouteTableRouterConfig {
  /** Gets what no route matches; null leaves such messages unrouted. */
  readonly fallbackApp: AppRef | null;
}

export interface RouteTableRouterPorts {
  /** The table as it is now. */
  readonly table: () => RouteTable;
  readonly connectorOf: (ref: AppRef) => string;
  readonly sessions: Pick<Sessions<Holder>, 'find'>;
  /** Whether somebody takes what is sent to a connector, as far as is known (connector-health.ts). */
  readonly isUp: (connector: string) => boolean;
}

/** Who is in a conversation with a user: an app, or what is behind a connector. */
export type Holder = AppRef | { readonly account: string; readonly connector: string };

/** Null for who sends without being talked to: the API, SMPP clients. */
export function holderOf({ account, app, connector }: Stamp): Holder | null {
  if (app !== null) return { account, app };
  return connector === undefined ? null : { account, connector };
}

/**
 * Routes by number, sender's prefix and first word, from the store's routes. Other than Vumi's content keyword router: a
 * message goes to one connector, that of the most specific route, not to every rule that fires; and a user stays with
 * whom a keyword led him to while that keeps the session open. An event goes to who sent its message, which its stamp says
 * (see createSenderReturn).
 */
export function createRouteTableRouter(config: RouteTableRouterConfig, ports: RouteTableRouterPorts): Router {
  const event = (told: TransportEvent): readonly Routed[] => {
    const connector = receiverOf(told, ports);
    return connector === null
      ? []
      : [{ flow: 'event', connector, endpoint: endpointOf(told), message: told }];
  };
  return {
    async inbound(message) {
      const target = await findTarget(message, config, ports);
      if (target === null) return [];
      const { connector, endpoint, stamp } = target;
      return [{ flow: 'inbound', connector, endpoint, message: stampMessage(message, stamp) }];
    },
    event: async (told) => event(told),
    outbound: async (message) => [addressOutbound(message, ports)],
    async refused(nack, message, from) {
      // Whatever it says of itself: that may be why.
      if (ports.table().accountsOf(from.connector) !== null)
        return [{ ...from, flow: 'event', message: nack }];
      const stamp = stampOf(message);
      return stamp === null ? [] : event(stampEvent(nack, stamp));
    },
  };
}

/** Whose message the event is of. */
export function stampEvent(event: TransportEvent, stamp: Stamp): TransportEvent {
  return { ...event, helper_metadata: { ...event.helper_metadata, vumi: stamp } };
}

function receiverOf(event: TransportEvent, { table, connectorOf }: RouteTableRouterPorts): string | null {
  const stamp = stampOf(event);
  if (stamp === null) return null;
  const { account, app, connector, sender } = stamp;
  if (sender !== undefined) return sender.events.includes(eventStatus(event)) ? sender.connector : null;
  if (!table().isActive(account)) return null;
  if (app === null) return connector ?? null;
  return table().handlesEvents({ account, app }) ? connectorOf({ account, app }) : null;
}

interface Target {
  readonly connector: string;
  readonly endpoint: string;
  readonly stamp: Stamp;
}

/** What answers a secret question of its receiver says so. */
async function findTarget(
  message: UserMessage,
  config: RouteTableRouterConfig,
  ports: RouteTableRouterPorts,
): Promise<Target | null> {
  const table = ports.table();
  const isShared = table.isShared(message.transport_name, message.to_addr);
  const held = isShared ? await ports.sessions.find(message) : null;
  const holder = held !== null && canGoOn(held, message, table) ? held : null;
  const target = chooseTarget(message, holder, config, ports);
  if (target === null) return null;
  const asking = isShared ? holder : await asks(target, message, ports);
  return asking !== null && isSecretOf(asking, target.stamp)
    ? { ...target, stamp: { ...target.stamp, isSecret: true } }
    : target;
}

/** On a number that nobody shares only apps are looked for: what others ask is no secret. */
async function asks(
  { stamp: { account, app } }: Target,
  message: UserMessage,
  { table, sessions }: RouteTableRouterPorts,
): Promise<Held<Holder> | null> {
  return app === null || table().isClassic({ account, app }) ? null : sessions.find(message);
}

function isSecretOf({ waits, ...holder }: Held<Holder>, stamp: Stamp): boolean {
  return (
    waits?.secret === true && holder.account === stamp.account && 'app' in holder && holder.app === stamp.app
  );
}

function chooseTarget(
  message: UserMessage,
  holder: Held<Holder> | null,
  config: RouteTableRouterConfig,
  ports: RouteTableRouterPorts,
): Target | null {
  const table = ports.table();
  const byKeyword = holder !== null && answers(message, holder) ? [] : table.matchKeyword(message);
  const [only] = byKeyword;
  if (only !== undefined && byKeyword.length === 1) return byRoute(only, message, ports);
  const routes = byKeyword.length > 0 ? byKeyword : table.matchCatchAll(message);
  if (byKeyword.length === 0 && holder !== null) {
    const target = toHolder(holder, table.endpointAt(holder, message), ports);
    // Somebody else may take over where routes say so.
    if (routes.length < 2 || ports.isUp(target.connector)) return target;
  }
  const route = pickRoute(routes, { message, holder }, ports);
  if (route !== undefined) return byRoute(route, message, ports);
  return config.fallbackApp === null ? null : toHolder(config.fallbackApp, DEFAULT_ENDPOINT, ports);
}

/**
 * While a question is open a keyword is one only where it is the whole text, and not among what the question takes: else
 * it is how an answer begins (spec authoring §3.5).
 */
function answers({ content }: UserMessage, { waits }: Held<Holder>): boolean {
  if (waits === undefined) return false;
  const text = foldText(content ?? '').trim();
  return /\s/u.test(text) || waits.takes.some((word) => foldText(word) === text);
}

/** A user stays with whom he is talking to, else with the route that he always gets, of those that are up. */
function pickRoute(
  routes: readonly RouteRule[],
  { message, holder }: { readonly message: UserMessage; readonly holder: Holder | null },
  ports: RouteTableRouterPorts,
): RouteRule | undefined {
  if (routes.length < 2) return routes[0];
  const table = ports.table();
  const isUp = (route: RouteRule): boolean => {
    const { account, app } = route;
    if (app !== null && table.activeVersion({ account, app }) === null) return false;
    return ports.isUp(targetOf(route, ports).connector);
  };
  const kept = routes.find((route) => holder !== null && isHeldBy(route, holder) && isUp(route));
  return kept ?? pickShare(routes, userOf(message.from_addr), isUp);
}

function isHeldBy(route: RouteRule, holder: Holder): boolean {
  if (route.account !== holder.account) return false;
  return 'app' in holder ? route.app === holder.app : route.connector === holder.connector;
}

/** One user, whether his number is written with its plus or without. */
function userOf(address: string | null): string {
  return addressKey(address ?? '');
}

/** A conversation ends with the app's last version, and when the number is no more its account's. */
function canGoOn(holder: Holder, { transport_name, to_addr }: UserMessage, table: RouteTable): boolean {
  if ('app' in holder && table.activeVersion(holder) === null) return false;
  return transport_name !== null && table.mayAnswer(holder.account, transport_name, to_addr);
}

function toHolder(holder: Holder, endpoint: string, { connectorOf }: RouteTableRouterPorts): Target {
  const { account } = holder;
  return 'app' in holder
    ? { connector: connectorOf(holder), endpoint, stamp: { account, app: holder.app } }
    : { connector: holder.connector, endpoint, stamp: { account, app: null, connector: holder.connector } };
}

/** The message tells by which route it came. */
function byRoute(route: RouteRule, { content }: UserMessage, ports: RouteTableRouterPorts): Target {
  const target = targetOf(route, ports);
  const isKeyword = route.keyword !== null && foldText(content ?? '').trim() === route.keyword;
  const stamp = { ...target.stamp, route: route.name, ...(isKeyword ? { isKeyword } : {}) };
  return { ...target, stamp };
}

function targetOf(route: RouteRule, ports: RouteTableRouterPorts): Target {
  const { account, app, smpp_client, connector } = route;
  const endpoint = endpointOfRoute(route);
  if (app !== null) return toHolder({ account, app }, endpoint, ports);
  if (smpp_client == null) return toHolder({ account, connector: connector ?? '' }, endpoint, ports);
  return { connector: smppClientConnector(smpp_client), endpoint, stamp: { account, app: null } };
}

/**
 * A reply goes back the way its message came; what an app sends leaves by the route of the endpoint that it names, from
 * that route's number. Nothing leaves from a number that is not its account's.
 */
function addressOutbound(message: UserMessage, ports: RouteTableRouterPorts): Routed {
  const table = ports.table();
  const { transport_name: transport, from_addr: from } = message;
  const endpoint = endpointOf(message);
  const stamp = stampOf(message);
  if (transport !== null) {
    const refusal = refusalOf(message, table);
    if (refusal !== null) throw new VumiError('number.not_assigned', refusal);
    // Whoever names it has found the way already.
    if (message.in_reply_to !== null || stamp !== null) {
      return { flow: 'outbound', connector: transport, endpoint, message };
    }
  }
  if (stamp === null) {
    throw new VumiError('route.none', 'the message names no account, so no route can be found for it');
  }
  const way = table.wayOut(stamp.account, {
    app: stamp.app ?? undefined,
    connector: stamp.connector,
    endpoint,
    from: from ?? undefined,
    user: userOf(message.to_addr),
    isUp: ports.isUp,
  });
  return {
    flow: 'outbound',
    connector: way.transport,
    endpoint,
    message: { ...message, transport_name: way.transport, from_addr: way.from_addr },
  };
}
