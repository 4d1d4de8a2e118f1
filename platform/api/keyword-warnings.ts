import { addressKey, describeMoves, VumiError, type AppRef } from '@vumi/core';
import type { Route, RouteInput } from '@vumi/store';
import type { ApiPorts } from './ports.ts';

type KeywordPorts = Pick<ApiPorts, 'proveRoute'> & { readonly store: Pick<ApiPorts['store'], 'routes'> };

/** Each is a look at what was written of late. */
const MOST_LOOKS = 10;

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
  const asked = places(routes).flatMap((place) =>
    keywords.filter((keyword) => !hasKeyword(routes, place, keyword)).map((keyword) => ({ place, keyword })),
  );
  const found: string[] = [];
  for (const { place, keyword } of asked.slice(0, MOST_LOOKS))
    found.push(...(await askedFor(ports, ref, { place, keyword })));
  return found;
}

type Place = Pick<Route, 'transport' | 'to_addr'>;

async function askedFor(
  { store, proveRoute }: KeywordPorts,
  { account, app }: AppRef,
  { place, keyword }: { readonly place: Place; readonly keyword: string },
): Promise<string[]> {
  const { transport, to_addr } = place;
  const where = `keyword "${keyword}" at ${to_addr ?? 'any number'} of ${transport}`;
  const route: RouteInput = { account, name: `${app}-asked`, app, transport, to_addr, keyword };
  try {
    await store.routes.put(route, 'account', { dryRun: true });
  } catch (error) {
    if (error instanceof VumiError && error.status < 500) return [`${where}: ${error.message}`];
    throw error;
  }
  const { warnings, history } = await proveRoute(route, 'account');
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
