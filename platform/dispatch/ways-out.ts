import { addressKey, DEFAULT_ENDPOINT, VumiError } from '@vumi/core';
import { isShare, pickShare } from './pick-route.ts';
import type { RouteRule } from './route-table.ts';

/** What is asked of the way that a message goes out by; what is absent may be anything. */
export interface WantedWay {
  readonly app?: string | undefined;
  readonly smppClient?: string | undefined;
  /** One that is neither an app's nor an SMPP client's. */
  readonly connector?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly transport?: string | undefined;
  /** The address that it is to come from. */
  readonly from?: string | undefined;
  /** Who gets it, where several ways share users; and whether a transport sends at present. */
  readonly user?: string | undefined;
  readonly isUp?: ((transport: string) => boolean) | undefined;
}

/** By which transport a message leaves, and from which address. */
export interface WayOut {
  readonly transport: string;
  /** Null: the transport's own. */
  readonly from_addr: string | null;
  readonly endpoint: string;
}

/**
 * The one way of an account's routes that is asked for. Routes to one number of one transport are one way; of several
 * ways the one whose route is marked as default counts, and no other may: whoever adds a route must not change by it
 * whom messages come from. Ways that all have a weight or a place in failover share the users. Throws `route.none` or `route.ambiguous`, which has the candidates.
 */
export function chooseWay(account: string, routes: readonly RouteRule[], wanted: WantedWay): WayOut {
  const fitting = routes.filter((route) => fits(route, wanted));
  // A route for every number names no sender: it counts where no other does.
  const named = new Set(fitting.filter(({ to_addr }) => to_addr !== null).map(({ transport }) => transport));
  const senders = fitting.filter(({ to_addr, transport }) => to_addr !== null || !named.has(transport));
  const [way, ...others] = distinct(senders);
  if (way === undefined) throw noWay(account, wanted);
  if (others.length === 0) return wayOf(way);
  const [marked, ...moreMarked] = distinct(senders.filter((route) => route.default === true));
  if (marked !== undefined && moreMarked.length === 0) return wayOf(marked);
  const shared = others.every(isShare) && isShare(way) ? pickWay([way, ...others], wanted) : undefined;
  if (shared !== undefined) return wayOf(shared);
  throw manyWays(account, wanted, senders);
}

function pickWay(ways: readonly RouteRule[], { user, isUp }: WantedWay): RouteRule | undefined {
  return pickShare(ways, user ?? '', ({ transport }) => isUp?.(transport) ?? true);
}

/** Whether it leads to who is asked for; absent: to anybody. */
export function leadsTo(
  route: RouteRule,
  { app, smppClient, connector }: Pick<WantedWay, 'app' | 'smppClient' | 'connector'>,
): boolean {
  return (
    (app === undefined || route.app === app) &&
    (smppClient === undefined || route.smpp_client === smppClient) &&
    (connector === undefined || route.connector === connector)
  );
}

function fits(route: RouteRule, wanted: WantedWay): boolean {
  const { endpoint, transport, from } = wanted;
  return (
    leadsTo(route, wanted) &&
    (endpoint === undefined || endpointOfRoute(route) === endpoint) &&
    (transport === undefined || route.transport === transport) &&
    (from === undefined || (route.to_addr !== null && addressKey(route.to_addr) === addressKey(from)))
  );
}

export function endpointOfRoute({ endpoint = DEFAULT_ENDPOINT }: RouteRule): string {
  return endpoint;
}

function distinct(routes: readonly RouteRule[]): RouteRule[] {
  const ways = new Map<string, RouteRule>();
  for (const route of routes) {
    const { transport, to_addr } = route;
    const way = JSON.stringify([transport, to_addr === null ? null : addressKey(to_addr)]);
    if (!ways.has(way)) ways.set(way, route);
  }
  return [...ways.values()];
}

function wayOf(route: RouteRule): WayOut {
  return { transport: route.transport, from_addr: route.to_addr, endpoint: endpointOfRoute(route) };
}

function who(account: string, { app, endpoint, transport, from }: WantedWay): string {
  return [
    app === undefined ? `account "${account}"` : `app "${account}/${app}"`,
    endpoint === undefined ? '' : ` by endpoint "${endpoint}"`,
    transport === undefined ? '' : ` over transport "${transport}"`,
    from === undefined ? '' : ` from "${from}"`,
  ].join('');
}

function noWay(account: string, wanted: WantedWay): VumiError {
  const { app, endpoint } = wanted;
  const command = [
    'npx vumi route set NAME',
    ` --app ${app ?? 'APP'}`,
    ' --transport TRANSPORT --to NUMBER',
    endpoint === undefined || endpoint === DEFAULT_ENDPOINT ? '' : ` --endpoint ${endpoint}`,
  ].join('');
  return new VumiError(
    'route.none',
    `${who(account, wanted)} has no route to send by: "${command}" makes one`,
  );
}

function manyWays(account: string, wanted: WantedWay, routes: readonly RouteRule[]): VumiError {
  const candidates = routes.map((route) => ({
    route: route.name === '' ? null : route.name,
    app: route.app,
    smpp_client: route.smpp_client ?? null,
    endpoint: endpointOfRoute(route),
    transport: route.transport,
    from_addr: route.to_addr,
  }));
  const list = candidates.slice(0, 10).map(({ route, from_addr, transport }) => {
    const by = route === null ? '' : ` (route ${route})`;
    return `${from_addr ?? 'any number'} on ${transport}${by}`;
  });
  return new VumiError(
    'route.ambiguous',
    `${who(account, wanted)} has several routes to send by: ${list.join(', ')}${candidates.length > list.length ? ', …' : ''}; ` +
      'say which by "from_addr" and "transport" or by an endpoint, mark one of them as default ("npx vumi route set … --default"), or share by --weight or --failover',
    { details: { candidates } },
  );
}
