import { addressKey, describeMoves, VumiError, type AppRef } from '@vumi/core';
import type { Route, RouteInput } from '@vumi/store';
import type { ApiPorts } from './ports.ts';

type KeywordPorts = Pick<ApiPorts, 'routeProver'> & { readonly store: Pick<ApiPorts['store'], 'routes'> };

/** Of each what was written of late is looked at, and somebody waits. */
const MOST_NUMBERS = 3;

/**
 * What stands against the keywords that an app asks for in its vumi.json, on the numbers that it has. Nothing is set: the
 * account decides.
 */
export async function keywordWarnings(
  ports: KeywordPorts,
  ref: AppRef,
  keywords: readonly string[],
): Promise<string[]> {
  const routes = await routesOf(ports, ref);
  const wanting = places(routes)
    .map((place) => ({ place, wanted: keywords.filter((keyword) => !hasKeyword(routes, place, keyword)) }))
    .filter(({ wanted }) => wanted.length > 0);
  const prove = ports.routeProver('account');
  const found: string[] = [];
  for (const { place, wanted } of wanting.slice(0, MOST_NUMBERS))
    for (const keyword of wanted)
      found.push(...(await askedFor(ports.store, prove, routeTo(ref, place, keyword))));
  const left = wanting.length - MOST_NUMBERS;
  if (left > 0)
    found.push(`its keywords were not looked at on ${left} more of its numbers: "npx vumi route set" does`);
  return found;
}

type Place = Pick<Route, 'transport' | 'to_addr'>;

type Asked = RouteInput & Place & { readonly keyword: string };

function routeTo({ account, app }: AppRef, { transport, to_addr }: Place, keyword: string): Asked {
  return { account, name: `${app}-asked`, app, transport, to_addr, keyword };
}

async function askedFor(
  store: KeywordPorts['store'],
  prove: ReturnType<KeywordPorts['routeProver']>,
  route: Asked,
): Promise<string[]> {
  const { transport, to_addr, keyword } = route;
  const where = `keyword "${keyword}" at ${to_addr ?? 'any number'} of ${transport}`;
  try {
    await store.routes.put(route, 'account', { dryRun: true });
  } catch (error) {
    if (error instanceof VumiError && error.status < 500) return [`${where}: ${error.message}`];
    throw error;
  }
  const { warnings, history } = await prove(route);
  const moves = history !== null && history.moved > 0 ? [describeMoves(history)] : [];
  return [...warnings.map(({ message }) => message), ...moves].map((text) => `${where}: ${text}`);
}

async function routesOf({ store }: KeywordPorts, { account, app }: AppRef): Promise<Route[]> {
  const routes: Route[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Awaited<ReturnType<typeof store.routes.list>> = await store.routes.list(account, {
      limit: 500,
      ...(cursor === '' ? {} : { cursor }),
    });
    routes.push(...page.items.filter((route) => route.app === app));
    cursor = page.next_cursor;
  }
  return routes;
}

/** The numbers that an app has, each once. */
function places(routes: readonly Route[]): Place[] {
  return [...new Map(routes.map((route) => [keyOf(route), route])).values()];
}

function hasKeyword(routes: readonly Route[], place: Place, keyword: string): boolean {
  return routes.some((route) => keyOf(route) === keyOf(place) && route.keyword === keyword.toLowerCase());
}

function keyOf({ transport, to_addr }: Place): string {
  return `${transport} ${to_addr === null ? '' : addressKey(to_addr)}`;
}
