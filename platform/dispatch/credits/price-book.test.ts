import { DEFAULT_PRICES } from '@vumi/core';
import type { Price } from '@vumi/store';
import { expect, it } from 'vitest';
import { PriceBook } from './price-book.ts';

const price = (id: string, fields: Partial<Price> = {}): Price => ({
  id,
  account: null,
  route: null,
  transport: null,
  direction: 'outbound',
  prefix: null,
  per_segment: 1,
  per_message: 0,
  per_session: 0,
  refund: 'unsent',
  created_at: '2026-11-29T00:00:00.000Z',
  ...fields,
});

const book = new PriceBook([
  price('all'),
  price('27', { prefix: '27' }),
  price('2782', { prefix: '2782' }),
  price('mno', { transport: 'mno' }),
  price('shop', { account: 'shop' }),
  price('shop 27', { account: 'shop', prefix: '27' }),
  price('shop mno 44', { account: 'shop', transport: 'mno', prefix: '44' }),
  price('shop surveys', { account: 'shop', route: 'surveys' }),
  price('shop surveys 49', { account: 'shop', route: 'surveys', prefix: '49' }),
  price('arrives', { direction: 'inbound', prefix: '27' }),
]);
const asked = {
  account: 'x',
  route: null,
  transport: 't',
  direction: 'outbound',
  address: '+4912345',
} as const;

it.each([
  ['the one for all', {}, 'all'],
  ['the longest prefix', { address: '+27821234567' }, '2782'],
  ['a prefix, however the number is written', { address: '0027 71 123 4567' }, '27'],
  ["the transport's before a prefix", { transport: 'mno', address: '+27821234567' }, 'mno'],
  ["the account's before all", { account: 'shop', transport: 'mno', address: '+27821234567' }, 'shop 27'],
  [
    "the account's for the transport first",
    { account: 'shop', transport: 'mno', address: '447' },
    'shop mno 44',
  ],
  [
    "the route's before the transport's",
    { account: 'shop', route: 'surveys', transport: 'mno', address: '447' },
    'shop surveys',
  ],
  [
    'the longest prefix of a route',
    { account: 'shop', route: 'surveys', address: '+4912345' },
    'shop surveys 49',
  ],
  [
    'of another route none of a route',
    { account: 'shop', route: 'other', transport: 'mno', address: '447' },
    'shop mno 44',
  ],
  ["of another's route of that name none of a route", { route: 'surveys' }, 'all'],
  ['of names only what has no prefix', { account: 'shop', transport: 'mno', address: 'SHOP' }, 'shop'],
  ['of nobody likewise', { address: null }, 'all'],
  ['of its direction only', { direction: 'inbound', address: '+2711' }, 'arrives'],
] as const)('finds %s', (_what, fields, id) => {
  expect(book.find({ ...asked, ...fields }).id).toBe(id);
});

it.each(['inbound', 'outbound'] as const)('without a price that matches, %s has its default', (direction) => {
  for (const prices of [[], [price('other', { account: 'other', direction })]]) {
    const found = new PriceBook(prices).find({ ...asked, direction });
    expect(found).toEqual({ id: null, ...DEFAULT_PRICES[direction] });
  }
});
