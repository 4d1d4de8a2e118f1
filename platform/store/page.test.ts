import { expect, test } from 'vitest';
import { z } from 'zod';
import { decodeCursor, encodeCursor, toPage } from './page.ts';

const schema = z.tuple([z.literal('list'), z.string()]);

test('a cursor comes back as the key that it was made of', () => {
  expect(decodeCursor(schema, encodeCursor(['list', 'ünï']))).toEqual(['list', 'ünï']);
  expect(decodeCursor(schema, undefined)).toBeNull();
});

test('the row beyond the limit is not shown but makes a next page', () => {
  const shape = { key: (row: number) => ['list', row], item: (row: number) => row * 10 };
  expect(toPage([1, 2, 3], 2, shape)).toEqual({ items: [10, 20], next_cursor: encodeCursor(['list', 2]) });
  expect(toPage([1, 2], 2, shape)).toEqual({ items: [10, 20], next_cursor: null });
  expect(toPage([], 2, shape)).toEqual({ items: [], next_cursor: null });
});
