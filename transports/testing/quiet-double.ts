import type { TransportDouble } from './transport-double.ts';

/** Cases of the contract that do not apply, all for one reason. */
export function casesOf(numbers: readonly number[], reason: string): Record<number, string> {
  return Object.fromEntries(numbers.map((number) => [number, reason]));
}

/** What a double has that does nothing of its own will. */
export const QUIET = {
  secret: 'nothing-here-is-secret',
  replies: 'as messages',
  impatient: {},
  words: { away: 'not_connected', refusal: (text: string) => text },
  oddText: 'Héllo 😀 שלום',
  will: () => {},
  away: () => Promise.reject(new Error('it is always there')),
  back: () => Promise.resolve(),
  report: () => Promise.reject(new Error('it reports nothing')),
  badRequests: () => ({}),
} as const satisfies Partial<TransportDouble>;
