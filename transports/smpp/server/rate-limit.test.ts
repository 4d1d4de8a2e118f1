import { expect, test } from 'vitest';
import { RateLimit } from './rate-limit.ts';

test('a second of messages may come at once, and then as many as the time gives', () => {
  let now = 0;
  const limit = new RateLimit(10, () => now);
  const taken = (): number => Array.from({ length: 30 }, () => limit.take(1)).filter(Boolean).length;
  expect(taken()).toBe(10);
  now = 500;
  expect(taken()).toBe(5);
  now = 60_000;
  expect(taken()).toBe(10);
});

test('less than one a second is possible', () => {
  let now = 0;
  const limit = new RateLimit(0.5, () => now);
  expect([limit.take(1), limit.take(1)]).toEqual([true, false]);
  now = 2000;
  expect(limit.take(1)).toBe(true);
});

test('more at once than a second has goes through when nothing was taken, and is paid for', () => {
  let now = 0;
  const limit = new RateLimit(10, () => now);
  expect(limit.take(100)).toBe(true);
  now = 5000;
  expect(limit.take(1)).toBe(false);
  now = 9200;
  expect(limit.take(1)).toBe(true);
});

test('a lower rate counts at once', () => {
  const limit = new RateLimit(100, () => 0);
  limit.perSecond = 2;
  expect([limit.take(1), limit.take(1), limit.take(1)]).toEqual([true, true, false]);
});
