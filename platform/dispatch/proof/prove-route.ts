import {
  DEFAULT_ENDPOINT,
  foldText,
  NumberBook,
  readRouteTarget,
  type Clock,
  type RouteProof,
} from '@vumi/core';
import type { RouteInput, RoutedBy, Snapshot, Store, WrittenSample } from '@vumi/store';
import { RouteTable, type RouteRule } from '../route-table.ts';
import { compareTables } from './compare-tables.ts';
import { nearKeywords, stopWord, targetName } from './near-keywords.ts';
import { reachWarnings } from './reach.ts';
import { takenWords, type ReadMenuWords } from './taken-words.ts';

export interface ProvePorts {
  readonly store: Pick<Store, 'snapshot'> & { readonly messages: Pick<Store['messages'], 'written'> };
  readonly clock: Clock;
  readonly menuWords: ReadMenuWords;
}

const HISTORY_MS = 30 * 86_400_000;

/** Says what a route would do that is made or replaced. Writes nothing, and reads once what several have in common. */
export function createRouteProver(
  { store, clock, menuWords }: ProvePorts,
  by: RoutedBy,
): (input: RouteInput) => Promise<RouteProof> {
  const since = clock() - HISTORY_MS;
  const samples = new Map<string, Promise<WrittenSample | null>>();
  let snapshot: Promise<Snapshot> | null = null;
  return async (input) => {
    snapshot ??= store.snapshot();
    const { transport, to_addr } = ruleOf(input);
    const place = JSON.stringify([transport, to_addr]);
    const sample = samples.get(place) ?? store.messages.written({ transport, to_addr, since });
    samples.set(place, sample);
    const now = await snapshot;
    const { warnings, history } = proveRoute(input, by, { now, sample: await sample });
    const route = ruleOf(input);
    const taken = await takenWords(route, now, { menuWords, placeOf: placesFor(route, by) });
    return { warnings: [...warnings, ...taken], history };
  };
}

/** Another account's routes have no name, but for an operator. */
function placesFor({ account }: RouteRule, by: RoutedBy): (other: RouteRule) => string {
  return (other) =>
    other.account === account || by === 'operator'
      ? `route "${other.name}" (${other.account === account ? '' : `${other.account}/`}${targetName(other)})`
      : 'another account';
}

function proveRoute(
  input: RouteInput,
  by: RoutedBy,
  { now, sample }: { readonly now: Snapshot; readonly sample: WrittenSample | null },
): RouteProof {
  const route = ruleOf(input);
  const others = now.routes.filter(({ account, name }) => account !== route.account || name !== route.name);
  const isHeld = new NumberBook(now.numbers).holds(route.account, route);
  const { transport, to_addr, keyword, account } = route;
  const given =
    by === 'operator' && !isHeld ? [{ account, transport, number: to_addr, range: false, keyword }] : [];
  const before = new RouteTable(now);
  const after = new RouteTable({
    ...now,
    routes: [...others, route],
    numbers: [...now.numbers, ...given],
  });
  const placeOf = placesFor(route, by);
  return {
    warnings: [
      ...nearKeywords(route, others, placeOf),
      ...stopWord(route),
      ...reachWarnings(after, route, placeOf),
    ],
    history: sample === null ? null : compareTables([before, after], sample, route),
  };
}

function ruleOf(input: RouteInput): RouteRule {
  const { account, name, transport, to_addr, prefix, weight = null, failover = null } = input;
  const keyword = textOrNull(foldText(input.keyword ?? ''));
  return {
    account,
    name,
    ...readRouteTarget(input),
    transport,
    to_addr: textOrNull(to_addr),
    keyword,
    prefix: textOrNull(prefix),
    endpoint: input.endpoint ?? DEFAULT_ENDPOINT,
    weight,
    failover,
  };
}

function textOrNull(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
