import { expect, test } from 'vitest';
import { Fifo } from './fifo.ts';

test('gives back items in the order in which they came, while others come', () => {
  const fifo = new Fifo<number>();
  const got: (number | undefined)[] = [];
  for (let n = 0; n < 10_000; n += 1) {
    fifo.push(n);
    if (n % 3 !== 0) got.push(fifo.shift());
  }
  expect(fifo.length).toBe(10_000 - got.length);
  while (fifo.length > 0) got.push(fifo.shift());
  expect(got).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
  expect(fifo.shift()).toBeUndefined();
});
