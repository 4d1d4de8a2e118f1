import { beforeEach, expect, test } from 'vitest';
import { Conduct } from './conduct.ts';

const GOOD_MS = 300_000;
const DAY_MS = 24 * 3_600_000;

let now = 0;
let conduct: Conduct;
beforeEach(() => {
  now = 1_000_000;
  conduct = new Conduct(GOOD_MS, () => now);
});

function serve(messages: number): boolean {
  let pardoned = false;
  for (let n = 0; n < messages; n++) pardoned = conduct.served('a') || pardoned;
  return pardoned;
}

test('an app that killed a runner is in quarantine, others are not', () => {
  expect(conduct.accuse('a')).toBe(true);
  expect(conduct.accuse('a')).toBe(false);
  expect(conduct.isQuarantined('a')).toBe(true);
  expect(conduct.isQuarantined('b')).toBe(false);
});

test('each kill doubles the wait, up to half a minute', () => {
  const waits = Array.from({ length: 8 }, () => {
    conduct.accuse('a');
    return conduct.readyAt('a') - now;
  });
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test('quarantine ends after enough messages and enough time without a kill', () => {
  conduct.accuse('a');
  expect(serve(100)).toBe(false);
  now += GOOD_MS;
  expect(serve(1)).toBe(true);
  expect(conduct.isQuarantined('a')).toBe(false);
});

test('time alone does not end it', () => {
  conduct.accuse('a');
  now += 10 * GOOD_MS;
  expect(serve(19)).toBe(false);
  expect(serve(1)).toBe(true);
});

test('an app that does it again needs twice the time', () => {
  conduct.accuse('a');
  now += GOOD_MS;
  serve(20);
  conduct.accuse('a');
  now += GOOD_MS;
  expect(serve(20)).toBe(false);
  now += GOOD_MS;
  expect(serve(1)).toBe(true);
});

test('after a day without a kill the record is clean', () => {
  conduct.accuse('a');
  now += DAY_MS - 1;
  expect(conduct.sweep()).toEqual([]);
  now += 1;
  expect(conduct.sweep()).toEqual(['a']);
  expect(conduct.isQuarantined('a')).toBe(false);
  expect(conduct.kills('a')).toBe(0);
});
