import { expect, test } from 'vitest';
import { Stretch } from './stretch.ts';

function after(readings: readonly [cpuMs: number, waitedMs: number][]): number {
  const stretch = new Stretch();
  readings.forEach(([cpuMs, waitedMs], index) => stretch.add({ at: index * 100, cpuMs, waitedMs }));
  return stretch.factor;
}

test('a thread that need not wait takes as long as it works', () => {
  expect(after([[0, 0]])).toBe(1);
  expect(
    after([
      [0, 0],
      [50, 0],
    ]),
  ).toBe(1);
});

test('a thread that waits takes longer, within reason', () => {
  expect(
    after([
      [0, 0],
      [10, 20],
    ]),
  ).toBe(5);
  expect(
    after([
      [0, 0],
      [1, 99],
    ]),
  ).toBe(25);
});

test('what was long ago counts no more', () => {
  const calm = Array.from({ length: 50 }, (_, n): [number, number] => [10 + n * 10, 90]);
  expect(after([[0, 0], [10, 90], ...calm])).toBeCloseTo(1, 1);
});
