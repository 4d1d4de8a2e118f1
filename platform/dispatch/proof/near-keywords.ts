import { addressKey, type RouteWarning } from '@vumi/core';
import type { RouteRule } from '../route-table.ts';
import { stopWish } from '@vumi/records';
import { isOneSlip, plainWord, skeletonOf } from './skeleton.ts';

/** Of shorter words every other one is one slip away, as of the numbers of a menu. */
const SHORTEST = 3;
const SHORTEST_PREFIX = 2;
const HELP = new Set(['help', 'info']);

/** Words that may be taken for the keyword of a route, each with where it is. `placeOf`: as the reader may see it. */
export function nearKeywords(
  route: RouteRule,
  routes: readonly RouteRule[],
  placeOf: (route: RouteRule) => string,
): RouteWarning[] {
  const { keyword } = route;
  if (keyword === null) return [];
  const others = routes.filter((other) => isBeside(route, other) && !leadToOne(route, other));
  return others.flatMap((other) => {
    const how = other.keyword === null ? null : likeness(keyword, other.keyword);
    if (how === null) return [];
    const message = `"${keyword}" ${how} "${other.keyword ?? ''}" of ${placeOf(other)}`;
    return [{ kind: 'near' as const, message, route: other.account === route.account ? other.name : null }];
  });
}

/** A keyword that has a meaning without any route. */
export function stopWord({ keyword }: RouteRule): RouteWarning[] {
  if (keyword === null) return [];
  if (stopWish(keyword) !== null)
    return [
      {
        kind: 'stop_word',
        message: `by "${keyword}" people opt out or in: while a route has it, the platform leaves that to whom it leads`,
        route: null,
      },
    ];
  if (!HELP.has(plainWord(keyword))) return [];
  const message = `"${keyword}" is what people write who do not know what to write`;
  return [{ kind: 'stop_word', message, route: null }];
}

/** Null: nobody mistakes one for the other. */
function likeness(one: string, other: string): string | null {
  const [a, b] = [plainWord(one), plainWord(other)];
  // The same route with another prefix, or a share.
  if (one === other) return null;
  if (a === b) return 'is, but for accents and the like,';
  if (skeletonOf(one) === skeletonOf(other)) return 'looks like';
  if (a.length >= SHORTEST && b.length >= SHORTEST && isOneSlip(a, b)) return 'is one slip away from';
  if (a.length < SHORTEST_PREFIX || b.length < SHORTEST_PREFIX) return null;
  if (b.startsWith(a)) return 'is how somebody begins who writes';
  return a.startsWith(b) ? 'begins like' : null;
}

/** Whether both routes are for the same number, or one of them is for any. */
export function isBeside(route: RouteRule, other: RouteRule): boolean {
  if (other.transport !== route.transport) return false;
  if (other.account === route.account && other.name === route.name) return false;
  const [a, b] = [route.to_addr, other.to_addr];
  return a === null || b === null || addressKey(a) === addressKey(b);
}

export function leadToOne(one: RouteRule, other: RouteRule): boolean {
  return one.account === other.account && targetName(one) === targetName(other);
}

/** Of the app, or of what else a route leads to. */
export function targetName({ app, smpp_client, connector }: RouteRule): string {
  return app ?? (smpp_client == null ? (connector ?? '') : `smpp_client:${smpp_client}`);
}
