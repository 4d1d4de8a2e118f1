import { expect, test } from 'vitest';
import { addressPattern } from './address-pattern.ts';

test.each([
  ['+27761234567', 'call +27 76 123-4567 or 0027761234567 now', 'call erased or erased now'],
  ['+27761234567', '{"27761234567":1}', '{"erased":1}'],
  ['27761234567', 'not 277612345678 nor 127761234567', 'not 277612345678 nor 127761234567'],
  [
    'thandi@example.org',
    'To: Thandi@Example.org, not xthandi@example.org',
    'To: erased, not xthandi@example.org',
  ],
])('%s is taken out of %j', (address, text, cleaned) => {
  expect(addressPattern(address).clean(text)).toBe(cleaned);
});

test('values of JSON lose it wherever it is, and keep the rest', () => {
  const value = {
    scores: { '+27761234567': 3, '+27760000000': 2 },
    last: [27761234567, null, 'by 27761234567'],
  };
  expect(addressPattern('+27761234567').cleanJson(value)).toEqual({
    scores: { erased: 3, '+27760000000': 2 },
    last: [null, null, 'by erased'],
  });
});

test.each(['12345', '+2776', 'bob'])('%s is too short', (address) => {
  expect(() => addressPattern(address)).toThrow(expect.objectContaining({ field: 'address' }) as Error);
});
