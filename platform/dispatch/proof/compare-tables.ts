import type { RouteHistory, RouteMove } from '@vumi/core';
import type { WrittenSample } from '@vumi/store';
import { isShare } from '../pick-route.ts';
import type { RouteRule, RouteTable } from '../route-table.ts';
import { leadToOne, targetName } from './near-keywords.ts';
import { createRuler } from './reach.ts';

const MOST_EXAMPLES = 3;
const LONGEST_EXAMPLE = 40;

interface Counted {
  readonly move: Omit<RouteMove, 'messages' | 'examples'>;
  readonly examples: Set<string>;
  messages: number;
}

/** Each message by the old and the new table, pure function against pure function. `changed`: the route that differs. */
export function compareTables(
  [before, after]: readonly [RouteTable, RouteTable],
  { messages, sampled, since }: WrittenSample,
  changed: RouteRule,
): RouteHistory {
  const moves = new Map<string, Counted>();
  const [ruleBefore, ruleAfter] = [createRuler(before), createRuler(after)];
  for (const written of messages) {
    const [from, to] = [ruleBefore(written), ruleAfter(written)];
    if (from === to || (from !== null && to !== null && leadToOne(from, to))) continue;
    const move = {
      from: nameOf(from, changed.account),
      to: nameOf(to, changed.account),
      taken: from !== null && !isMeant(from, changed),
    };
    const key = JSON.stringify(move);
    const counted = moves.get(key) ?? { move, examples: new Set<string>(), messages: 0 };
    moves.set(key, counted);
    counted.messages += 1;
    const isReadable = [from, to].every((rule) => rule === null || rule.account === changed.account);
    if (isReadable && counted.examples.size < MOST_EXAMPLES)
      counted.examples.add((written.content ?? '').slice(0, LONGEST_EXAMPLE));
  }
  const counted = Array.from(moves.values(), ({ move, examples, messages: count }) => ({
    ...move,
    messages: count,
    examples: [...examples],
  })).toSorted((a, b) => b.messages - a.messages);
  const moved = counted.reduce((sum, { messages: count }) => sum + count, 0);
  return { since, messages: messages.length, sampled, moved, moves: counted };
}

/** Whether it is meant to lose messages: it is the route itself that changes, or it shares them. */
function isMeant(from: RouteRule, changed: RouteRule): boolean {
  if (from.account !== changed.account) return false;
  return from.name === changed.name || (isShare(from) && isShare(changed));
}

/** Another account is no more than that. */
function nameOf(rule: RouteRule | null, account: string): string | null {
  if (rule === null) return null;
  return rule.account === account ? targetName(rule) : 'another account';
}
