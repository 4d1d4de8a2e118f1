import type { Chance } from './chance.ts';
import type { Action, Rule, Script } from './script.ts';

/** What a rule is held against. */
export interface Occasion {
  readonly on: Rule['on'];
  readonly from: string;
  readonly to: string;
  /** Latin-1 of the text's octets. */
  readonly text: string;
}

interface Counted {
  readonly rule: Rule;
  readonly filters: readonly (readonly [keyof Occasion, RegExp])[];
  seen: number;
  used: number;
}

const NOTHING: Action = {};

/** The rules of a script, which count what passes them. */
export class RuleBook {
  readonly #rules: readonly Counted[];
  readonly #chance: Chance;

  constructor({ rules }: Pick<Script, 'rules'>, chance: Chance) {
    this.#chance = chance;
    this.#rules = rules.map((rule) => ({ rule, filters: filtersOf(rule), seen: 0, used: 0 }));
  }

  /** What the first rule that fits says; the others count the occasion all the same. */
  actionFor(occasion: Occasion): Action {
    let chosen: Action | undefined;
    for (const counted of this.#rules) {
      const { rule, filters } = counted;
      if (rule.on !== occasion.on || !filters.every(([key, filter]) => filter.test(occasion[key]))) continue;
      counted.seen += 1;
      if (chosen !== undefined || !this.#applies(counted)) continue;
      counted.used += 1;
      chosen = rule.do;
    }
    return chosen ?? NOTHING;
  }

  #applies({ rule, seen, used }: Counted): boolean {
    if (rule.times !== undefined && used >= rule.times) return false;
    if (rule.nth !== undefined && ![rule.nth].flat().includes(seen)) return false;
    if (rule.every !== undefined && seen % rule.every !== 0) return false;
    return rule.rate === undefined || this.#chance.happens(rule.rate);
  }
}

function filtersOf(rule: Rule): (readonly [keyof Occasion, RegExp])[] {
  return (['from', 'to', 'text'] as const).flatMap((key) => {
    const source = rule[key];
    return source === undefined ? [] : [[key, new RegExp(source)] as const];
  });
}
