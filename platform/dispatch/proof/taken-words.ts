import { appKey, VumiError, type AppRef, type MenuWord, type RouteWarning } from '@vumi/core';
import type { Snapshot } from '@vumi/store';
import type { RouteRule } from '../route-table.ts';
import { isBeside, leadToOne } from './near-keywords.ts';
import { plainWord } from './skeleton.ts';

/** The words that questions of a version of an app take, as far as they are known. */
export type ReadMenuWords = (ref: AppRef, version: number) => Promise<readonly MenuWord[]>;

/** Of a number that more apps share, these: somebody waits. */
const MOST_APPS = 20;
/** As menus have it (sdk/talks/menu.ts). */
const SHORTEST_PREFIX = 3;

/**
 * Questions of other apps on the number that take the keyword for an answer: whoever writes it while one is open answers
 * that, and leaves it only where it stands alone and is none of the options.
 */
export async function takenWords(
  route: RouteRule,
  { routes, apps }: Pick<Snapshot, 'routes' | 'apps'>,
  {
    menuWords,
    placeOf,
  }: { readonly menuWords: ReadMenuWords; readonly placeOf: (route: RouteRule) => string },
): Promise<RouteWarning[]> {
  const { keyword } = route;
  if (keyword === null) return [];
  const beside = routes.filter(
    (other) => other.app !== null && isBeside(route, other) && !leadToOne(route, other),
  );
  const versions = new Map(apps.map((app) => [appKey(app), [app.version, app.rollout?.version ?? null]]));
  const warnings: RouteWarning[] = [];
  for (const other of onePerApp(beside).slice(0, MOST_APPS)) {
    const ref = { account: other.account, app: other.app ?? '' };
    const live = (versions.get(appKey(ref)) ?? []).filter((version) => version !== null);
    const words = await Promise.all(live.map((version) => wordsOf(menuWords, ref, version)));
    const taken = takerOf(plainWord(keyword), words.flat());
    if (taken === null) continue;
    const isOwn = other.account === route.account;
    const where = isOwn ? `: ${taken.place}, ${taken.by}` : '';
    const message = `"${keyword}" is taken for an answer by a question of ${placeOf(other)}${where}`;
    warnings.push({ kind: 'near', message, route: isOwn ? other.name : null });
  }
  return warnings;
}

/** The first route to each. */
function onePerApp(routes: readonly RouteRule[]): RouteRule[] {
  const firsts = new Map<string, RouteRule>();
  for (const route of routes) {
    const key = appKey({ account: route.account, app: route.app ?? '' });
    if (!firsts.has(key)) firsts.set(key, route);
  }
  return [...firsts.values()];
}

/** A version that went meanwhile takes nothing. */
async function wordsOf(menuWords: ReadMenuWords, ref: AppRef, version: number): Promise<readonly MenuWord[]> {
  try {
    return await menuWords(ref, version);
  } catch (error) {
    if (error instanceof VumiError && error.code === 'not_found') return [];
    throw error;
  }
}

/** The word itself before those that begin with it. */
function takerOf(keyword: string, words: readonly MenuWord[]): MenuWord | null {
  const whole = words.find(({ word }) => plainWord(word) === keyword);
  if (whole !== undefined || keyword.length < SHORTEST_PREFIX) return whole ?? null;
  return words.find(({ word, mayBeCut }) => mayBeCut && plainWord(word).startsWith(keyword)) ?? null;
}
