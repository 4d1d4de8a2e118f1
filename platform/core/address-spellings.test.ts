import { expect, test } from 'vitest';
import { addressSpellings } from './address-spellings.ts';

test.each([
  ['27761234567', ['27761234567', '+27761234567']],
  ['+27761234567', ['+27761234567', '27761234567']],
  ['0027 76 123-4567', ['0027 76 123-4567', '+27761234567', '27761234567']],
  ['12345', ['12345', '+12345']],
  ['*120*1#', ['*120*1#']],
  ['SHOP', ['SHOP']],
  ['thandi@example.org', ['thandi@example.org']],
])('%s is also looked for as %j', (text, spellings) => {
  expect(addressSpellings(text)).toEqual(spellings);
});
