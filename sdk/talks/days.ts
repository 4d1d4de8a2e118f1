import { fold } from './words.ts';

export interface DateOptions {
  /** `YYYY-MM-DD`, both included. */
  readonly min?: string;
  readonly max?: string;
}

type Order = readonly ['day' | 'month' | 'year', 'day' | 'month' | 'year', 'day' | 'month' | 'year'];
type Parts = Readonly<Record<'day' | 'month' | 'year', string>>;

const DAY_FIRST: Order = ['day', 'month', 'year'];
const MONTH_FIRST: Order = ['month', 'day', 'year'];
const YEAR_FIRST: Order = ['year', 'month', 'day'];
const WRITE_YEAR_FIRST = /^(?:zh|ja|ko|hu|lt|mn)\b/;
const WRITE_MONTH_FIRST = /^en[-_]us\b/;

/** A year of two digits is at most so many years after the present one. */
const AHEAD = 19;
const CENTURY = 100;
/** Of eight digits in one: `20011219` is no day of the year 1219. */
const LIKELY_YEAR = /^(?:19|20)\d\d$/;
const MONTHS = 12;
const SHORTEST_PREFIX = 3;

/** The day that an answer says, `YYYY-MM-DD`; null: none. */
export function dayIn(answer: string, language: string | null, options: DateOptions): string | null {
  const numbers = answer.match(/\d+/g) ?? [];
  const words = fold(answer).match(/\p{L}{3,}/gu) ?? [];
  for (const parts of readings(numbers, words, language)) {
    const day = dayOf(parts, options);
    if (day !== null) return day;
  }
  return null;
}

/** What it may mean, the likeliest first. */
function readings(numbers: readonly string[], words: readonly string[], language: string | null): Parts[] {
  const [first = '', second = '', third = ''] = numbers;
  if (numbers.length === 1) return runsOf(first, ordersOf(language));
  if (numbers.length === 2) {
    const month = monthIn(words, language);
    if (month === null) return [];
    return first.length === 4 ? [{ year: first, month, day: second }] : [{ day: first, month, year: second }];
  }
  if (numbers.length !== 3) return [];
  const orders = first.length === 4 ? [YEAR_FIRST] : ordersOf(language);
  return orders.map((order) => partsOf(order, [first, second, third]));
}

/** As somebody of that language writes it, then as others do. */
function ordersOf(language: string | null): Order[] {
  const code = (language ?? '').toLowerCase();
  const own = WRITE_YEAR_FIRST.test(code)
    ? YEAR_FIRST
    : WRITE_MONTH_FIRST.test(code)
      ? MONTH_FIRST
      : DAY_FIRST;
  return [own, ...[DAY_FIRST, MONTH_FIRST, YEAR_FIRST].filter((order) => order !== own)];
}

/** All digits in one: `24122026`, `241226`. */
function runsOf(digits: string, orders: readonly Order[]): Parts[] {
  if (digits.length !== 8 && digits.length !== 6) return [];
  const yearLength = digits.length - 4;
  const found = orders.map((order): Parts => {
    let from = 0;
    const texts = order.map((part) => digits.slice(from, (from += part === 'year' ? yearLength : 2)));
    return partsOf(order, texts);
  });
  return yearLength === 2 ? found : found.filter(({ year }) => LIKELY_YEAR.test(year));
}

function partsOf([one, two, three]: Order, [first = '', second = '', third = '']: readonly string[]): Parts {
  return { day: '', month: '', year: '', [one]: first, [two]: second, [three]: third };
}

/** The month that one of the words names, from `1` on; null: none does, or two do. */
function monthIn(words: readonly string[], language: string | null): string | null {
  if (words.length === 0) return null;
  const names = ['en', ...(language === null ? [] : [language])].flatMap(monthNames);
  const found = words.flatMap((word) => {
    const months = new Set(
      names.flatMap((name, index) => (isNameOf(word, name) ? [(index % MONTHS) + 1] : [])),
    );
    return [...months];
  });
  return new Set(found).size === 1 ? String(found[0]) : null;
}

function isNameOf(word: string, name: string): boolean {
  return word === name || (word.length >= SHORTEST_PREFIX && name.startsWith(word));
}

/** The names of the twelve months, long and then short; none of a language that this JavaScript does not know. */
function monthNames(language: string): string[] {
  const code = language.replaceAll('_', '-');
  return (['long', 'short'] as const).flatMap((month) => {
    const format = new Intl.DateTimeFormat(code, { month, timeZone: 'UTC' });
    return Array.from({ length: MONTHS }, (_, index) => fold(format.format(Date.UTC(2026, index, 1))));
  });
}

function dayOf({ day, month, year }: Parts, { min = '', max = '9999-12-31' }: DateOptions): string | null {
  const rest = `-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const years = year.length === 2 ? yearsOf(Number(year)) : [year];
  const days = years.map((one) => one + rest).filter((one) => isDay(one));
  return days.find((one) => one >= min && one <= max) ?? null;
}

/** The likeliest first. */
function yearsOf(short: number): string[] {
  const last = new Date().getUTCFullYear() + AHEAD;
  const year = last - ((((last - short) % CENTURY) + CENTURY) % CENTURY);
  return [year, year - CENTURY, year + CENTURY].map(String);
}

function isDay(iso: string): boolean {
  const at = Date.parse(`${iso}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(iso) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(iso);
}
