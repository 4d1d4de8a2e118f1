import { expect, it } from 'vitest';
import { costOf, DEFAULT_PRICES, formatCredits, MICROS, parseCredits } from './credits.ts';

it.each([
  ['100', 100_000_000, '100'],
  [' 0.75 ', 750_000, '0.75'],
  ['-0.000001', -1, '-0.000001'],
  ['-0', 0, '0'],
  ['+12.50', 12_500_000, '12.5'],
  [0.1, 100_000, '0.1'],
  [1e-6, 1, '0.000001'],
  [-2e-6, -2, '-0.000002'],
  [1_000_000_000, 1e15, '1000000000'],
])('%s is an exact amount', (given, micros, shown) => {
  expect(parseCredits(given)).toBe(micros);
  expect(formatCredits(micros)).toBe(shown);
});

it.each([
  '',
  'ten',
  '1,5',
  '0.0000001',
  '1000000001',
  '99999999999',
  '1e3',
  '0x10',
  NaN,
  Infinity,
  1e-7,
  1e21,
])('%s is none', (given) => {
  expect(() => parseCredits(given)).toThrow('write credits such as 100 or 0.75');
});

it('a message costs its segments, itself, and the session that it begins', () => {
  const price = { per_segment: 3, per_message: 5, per_session: 7, refund: 'unsent' } as const;
  expect([costOf(price, 2, false), costOf(price, 2, true), costOf(price, 0, false)]).toEqual([11, 18, 5]);
  expect(costOf(DEFAULT_PRICES.outbound, 3, true)).toBe(3 * MICROS);
  expect(costOf(DEFAULT_PRICES.inbound, 3, true)).toBe(0);
});
