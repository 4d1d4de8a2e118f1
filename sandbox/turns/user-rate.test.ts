import { expect, test } from 'vitest';
import { UserRate } from './user-rate.ts';

const HOUR = 3_600_000;

test('a fifth of the messages of an hour may come at once, then they have to come slowly', () => {
  const pace = new UserRate();
  const verdicts = Array.from({ length: 63 }, () => pace.judge('user', 300, 0));
  expect(verdicts.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 'handled'));
  expect(verdicts.slice(60)).toEqual(['first', 'dropped', 'dropped']);
  expect(pace.judge('user', 300, 11_000)).toBe('dropped');
  expect(pace.judge('user', 300, 12_000)).toBe('handled');
  expect(pace.judge('user', 300, 12_001)).toBe('first');
});

test('who is at it for hours gets no more than his share of each', () => {
  const pace = new UserRate();
  let handled = 0;
  for (let now = 0; now < 10 * HOUR; now += 5000) if (pace.judge('user', 300, now) === 'handled') handled++;
  expect(handled).toBeGreaterThanOrEqual(3000);
  expect(handled).toBeLessThanOrEqual(3060);
});

test('one user takes nothing from another, and a clock that is set back gives nothing away', () => {
  const pace = new UserRate();
  expect(pace.judge('a', 1, HOUR)).toBe('handled');
  expect(pace.judge('a', 1, 0)).toBe('first');
  expect(pace.judge('b', 1, HOUR)).toBe('handled');
});
