import { expect, test } from 'vitest';
import { encodeNumberArray, encodeTextArray } from './array-parameter.ts';

test('a text array is laid out as Postgres reads it', () => {
  expect(encodeTextArray('text', ['aé', null, '']).toString('hex')).toBe(
    [
      '00000001', // dimensions
      '00000001', // may hold nulls
      '00000019', // text
      '00000003', // elements
      '00000001', // lower bound
      '00000003 61c3a9',
      'ffffffff',
      '00000000',
    ]
      .join('')
      .replaceAll(' ', ''),
  );
});

test('a number array holds doubles', () => {
  expect(encodeNumberArray([1.5]).toString('hex')).toBe(
    ['00000001', '00000001', '000002bd', '00000001', '00000001', '00000008', '3ff8000000000000'].join(''),
  );
});

test('NUL and halves of surrogate pairs become the replacement character', () => {
  const encoded = encodeTextArray('text', ['a\u0000b', '\ud800']);
  expect(encoded.includes(0xff)).toBe(false);
  expect(encoded.subarray(24, 29).toString()).toBe('a\uFFFDb');
  expect(encoded.subarray(33).toString()).toBe('\uFFFD');
});

test('an empty array has no elements', () => {
  expect(encodeTextArray('json', [])).toHaveLength(20);
});
