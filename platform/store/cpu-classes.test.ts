import { expect, it } from 'vitest';
import { CPU_CLASSES, cpuClass, cpuOf } from './cpu-classes.ts';

function counted(times: readonly number[]): number[] {
  const counts = Array<number>(CPU_CLASSES).fill(0);
  for (const time of times) counts[cpuClass(time)] = (counts[cpuClass(time)] ?? 0) + 1;
  return counts;
}

it.each([
  ['like times', 1000, 2500],
  ['short ones', 40, 95],
  ['long ones', 200_000, 450_000],
])('of %s the class tells the time to a tenth', (_what, one, other) => {
  const [mine, theirs] = [
    cpuOf(counted(Array<number>(50).fill(one)), 0.95),
    cpuOf(counted(Array<number>(50).fill(other)), 0.95),
  ];
  for (const [told, time] of [
    [mine, one],
    [theirs, other],
  ] as const) {
    expect(told).toBeGreaterThan(0.91 * time);
    expect(told).toBeLessThan(1.1 * time);
  }
});

it('nineteen of twenty need no more', () => {
  const times = Array.from({ length: 1000 }, (_, index) => 100 + index);
  expect(cpuOf(counted(times), 0.95)).toBeGreaterThan(0.98 * 1050);
  expect(cpuOf(counted(times), 0.95)).toBeLessThan(1.02 * 1050);
});

it('of nothing, of no time and of ever so much there is a class', () => {
  expect(cpuOf(counted([]), 0.95)).toBeNull();
  expect([cpuClass(0), cpuClass(1e12)]).toEqual([0, CPU_CLASSES - 1]);
  expect(cpuOf(counted([1e12]), 0.95)).toBeGreaterThan(1e6);
});
