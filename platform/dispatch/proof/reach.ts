import { addressKey, createUserMessage, type RouteWarning, type UserMessage } from '@vumi/core';
import { keywordOf } from '../keyword.ts';
import { pickShare } from '../pick-route.ts';
import type { RouteRule, RouteTable } from '../route-table.ts';

/** What routing looks at in a message. */
export type Written = Pick<UserMessage, 'transport_name' | 'to_addr' | 'from_addr' | 'content'>;

const BLANK = createUserMessage({ message_id: 'proof', from_addr: null, to_addr: null });

/** The route by which a message goes while its user is in no conversation and everything is up; null: by none. */
function ruleFor(table: RouteTable, written: Written): RouteRule | null {
  const message = { ...BLANK, ...written };
  const byKeyword = table.matchKeyword(message);
  const routes = byKeyword.length > 0 ? byKeyword : table.matchCatchAll(message);
  return pickShare(routes, addressKey(written.from_addr ?? ''), () => true) ?? null;
}

/** As `ruleFor`, for many messages: what begins with the same word, from the same user where that matters, goes the same way. */
export function createRuler(table: RouteTable): (written: Written) => RouteRule | null {
  const known = new Map<string, RouteRule | null>();
  const byUser = new Map<string, boolean>();
  return (written) => {
    const { transport_name: transport, to_addr, from_addr, content } = written;
    const place = `${transport}\n${to_addr}`;
    const isByUser = byUser.get(place) ?? table.dependsOnUser(transport, to_addr);
    byUser.set(place, isByUser);
    const key = `${place}\n${isByUser ? from_addr : ''}\n${keywordOf(content)}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const rule = ruleFor(table, written);
    known.set(key, rule);
    return rule;
  };
}

/** Nobody has it: what goes there goes by the routes of all numbers. */
const NO_NUMBER = 'no number';

/** Messages that no route takes, or that never come by this one. */
export function reachWarnings(
  table: RouteTable,
  route: RouteRule,
  placeOf: (route: RouteRule) => string,
): RouteWarning[] {
  const { transport, to_addr, prefix, keyword } = route;
  // The one that least other routes match.
  const written: Written = {
    transport_name: transport,
    to_addr: to_addr ?? NO_NUMBER,
    from_addr: prefix ?? '',
    content: keyword ?? '',
  };
  const message = { ...BLANK, ...written };
  const found = keyword === null ? table.matchCatchAll(message) : table.matchKeyword(message);
  const isFound = found.some(({ account, name }) => account === route.account && name === route.name);
  const unreachable = isFound ? [] : [unreachableWarning(route, ruleFor(table, written), placeOf)];
  if (keyword === null || table.matchCatchAll(message).length > 0) return unreachable;
  const where = to_addr === null ? `transport "${transport}"` : `"${to_addr}"`;
  return [
    ...unreachable,
    { kind: 'no_rule', message: `at ${where} no route has what begins with no keyword`, route: null },
  ];
}

function unreachableWarning(
  route: RouteRule,
  first: RouteRule | null,
  placeOf: (route: RouteRule) => string,
): RouteWarning {
  const { keyword } = route;
  if (/\s/u.test(keyword ?? ''))
    return {
      kind: 'unreachable',
      message: `nothing comes by this route: a keyword is the first word of a text, and "${keyword ?? ''}" is more than one`,
      route: null,
    };
  const message =
    first === null
      ? 'nothing comes by this route: its number is not assigned to the account'
      : `nothing comes by this route: ${placeOf(first)} always comes before it`;
  return {
    kind: 'unreachable',
    message,
    route: first !== null && first.account === route.account ? first.name : null,
  };
}
