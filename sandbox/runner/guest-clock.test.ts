import { expect, test } from 'vitest';
import { guestCpuMs, GuestThreads, ownCpuMs, threadsOver } from './guest-clock.ts';

test.each([
  ['nobody', { a: 10, b: 20 }, { a: 50, b: 60 }, 0],
  ['one of two', { a: 10, b: 20 }, { a: 150, b: 60 }, 1],
  ['both', { a: 10, b: 20 }, { a: 150, b: 160 }, 2],
  ['one that is new since', { a: 10 }, { a: 20, b: 160 }, 1],
])('of threads that used too much it counts %s', (_who, from, to, count) => {
  const times = (given: Record<string, number>) => new Map(Object.entries(given));
  expect(threadsOver(100, { from: times(from), to: times(to) })).toBe(count);
});

test('what this thread uses is its own and not that of guests', () => {
  const before = { own: ownCpuMs(), guests: guestCpuMs() };
  while (ownCpuMs() - before.own < 50);
  expect(guestCpuMs() - before.guests).toBeLessThan(40);
});

test("the runner's own thread and the workers of Node are no threads of guests", () => {
  const times = new GuestThreads().times();
  expect(times?.has(String(process.pid)) ?? false).toBe(false);
});
