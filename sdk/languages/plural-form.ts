/**
 * `Plural-Forms` of a file as its deploy has read it: a number, `n`, or an operator and what it is applied to.
 *
 * @hidden
 */
export type PluralRule = number | 'n' | { readonly op: string; readonly of: readonly PluralRule[] };

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '*': (a, b) => a * b,
  '/': (a, b) => Math.trunc(a / b),
  '%': (a, b) => a % b,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '&&': (a, b) => Number(a !== 0 && b !== 0),
  '||': (a, b) => Number(a !== 0 || b !== 0),
};

/**
 * Which form a number takes by a rule, from 0 on. NaN where the rule makes no sense.
 *
 * @hidden
 */
export function formOf(rule: PluralRule, n: number): number {
  if (typeof rule === 'number') return rule;
  if (rule === 'n') return n;
  const { op: operator } = rule;
  const [first = NaN, second = NaN, third = NaN] = rule.of;
  if (operator === '?') return formOf(formOf(first, n) === 0 ? third : second, n);
  if (operator === '!') return Number(formOf(first, n) === 0);
  return OPERATORS[operator]?.(formOf(first, n), formOf(second, n)) ?? NaN;
}

/** As the forms of a file stand in a row. */
const CATEGORIES = ['zero', 'one', 'two', 'few', 'many', 'other'] as const;

/**
 * The categories of a language in that order; none where this JavaScript does not know it, and would take it for English.
 *
 * @hidden
 */
export function categoriesOf(language: string): readonly string[] {
  if (Intl.PluralRules.supportedLocalesOf([language]).length === 0) return [];
  const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
  return CATEGORIES.filter((category) => pluralCategories.includes(category));
}

/** Which of the forms of a language a number takes by what this JavaScript knows of it. */
export function knownFormOf(language: string, n: number): number {
  return categoriesOf(language).indexOf(new Intl.PluralRules(language).select(n));
}
