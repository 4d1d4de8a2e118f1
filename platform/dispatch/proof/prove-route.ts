import {
  DEFAULT_ENDPOINT,
  foldText,
  NumberBook,
  readRouteTarget,
  type Clock,
  type RouteProof,
} from '@vumi/core';
import type { RouteInput, RoutedBy, Store } from '@vumi/store';
import { RouteTable, type RouteRule } from '../route-table.ts';
import { compareTables } from './compare-tables.ts';
import { nearKeywords, stopWord, targetName } from './near-keywords.ts';
import { reachWarnings } from './reach.ts';

export interface ProvePorts {
  readonly store: Pick<Store, 'snapshot'> & { readonly messages: Pick<Store['messages'], 'written'> };
  readonly clock: Clock;
}

const HISTORY_MS = 30 * 86_400_000;

/** What a route would do that is made or replaced. Writes nothing. */
export async function proveRoute(
  { store, clock }: ProvePorts,
  input: RouteInput,
  by: RoutedBy,
): Promise<RouteProof> {
  const now = await store.snapshot();
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
  const placeOf = (other: RouteRule): string =>
    other.account === account || by === 'operator'
      ? `route "${other.name}" (${other.account === account ? '' : `${other.account}/`}${targetName(other)})`
      : 'another account';
  const sample = await store.messages.written({ transport, to_addr, since: clock() - HISTORY_MS });
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
