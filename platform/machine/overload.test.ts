import { expect, test } from 'vitest';
import { Overload } from './overload.ts';

const SECOND = { elapsedMs: 1000, pressure: null };

function after(overload: Overload, seconds: number, lostMs: number): number {
  let changes = 0;
  for (let n = 0; n < seconds; n++) if (overload.add({ ...SECOND, lostMs })) changes++;
  return changes;
}

test('a bad moment is no overload, a bad while is', () => {
  const overload = new Overload();
  expect(after(overload, 1, 1000)).toBe(0);
  expect(after(overload, 30, 0)).toBe(0);
  expect(after(overload, 10, 600)).toBe(1);
  expect(overload.reading.overloaded).toBe(true);
});

test('it takes a better while to be over, so that it does not flap', () => {
  const overload = new Overload();
  after(overload, 30, 300);
  expect(after(overload, 60, 150)).toBe(0);
  expect(overload.reading).toMatchObject({ overloaded: true });
  expect(after(overload, 60, 20)).toBe(1);
  expect(overload.reading.overloaded).toBe(false);
});

test('a process that has little to do learns of it by the pressure', () => {
  const overload = new Overload();
  overload.add({ ...SECOND, lostMs: 0, pressure: 0.95 });
  expect(overload.reading).toMatchObject({ overloaded: true, pressure: 0.95 });
  overload.add({ ...SECOND, lostMs: 0, pressure: 0.6 });
  expect(overload.reading.overloaded).toBe(true);
  overload.add({ ...SECOND, lostMs: 0, pressure: 0.1 });
  expect(overload.reading.overloaded).toBe(false);
});
