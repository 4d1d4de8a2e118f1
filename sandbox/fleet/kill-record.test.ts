import { beforeEach, expect, test } from 'vitest';
import { KillRecord } from './kill-record.ts';

const GOOD_MS = 300_000;
const DAY_MS = 24 * 3_600_000;

let now = 0;
let killRecord: KillRecord;
beforeEach(() => {
  now = 1_000_000;
  killRecord = new KillRecord(GOOD_MS, () => now);
});

function serve(messages: number): boolean {
  let pardoned = false;
  for (let n = 0; n < messages; n++) pardoned = killRecord.served('a') || pardoned;
  return pardoned;
}

test('an app that killed a runner is in quarantine, others are not', () => {
  expect(killRecord.accuse('a')).toBe(true);
  expect(killRecord.accuse('a')).toBe(false);
  expect(killRecord.isQuarantined('a')).toBe(true);
  expect(killRecord.isQuarantined('b')).toBe(false);
});

test('each kill doubles the wait, up to half a minute', () => {
  const waits = Array.from({ length: 8 }, () => {
    killRecord.accuse('a');
    return killRecord.readyAt('a') - now;
  });
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test('quarantine ends after enough messages and enough time without a kill', () => {
  killRecord.accuse('a');
  expect(serve(100)).toBe(false);
  now += GOOD_MS;
  expect(serve(1)).toBe(true);
  expect(killRecord.isQuarantined('a')).toBe(false);
});

test('time alone does not end it', () => {
  killRecord.accuse('a');
  now += 10 * GOOD_MS;
  expect(serve(19)).toBe(false);
  expect(serve(1)).toBe(true);
});

test('an app that does it again needs twice the time', () => {
  killRecord.accuse('a');
  now += GOOD_MS;
  serve(20);
  killRecord.accuse('a');
  now += GOOD_MS;
  expect(serve(20)).toBe(false);
  now += GOOD_MS;
  expect(serve(1)).toBe(true);
});

test('after a day without a kill the record is clean', () => {
  killRecord.accuse('a');
  now += DAY_MS - 1;
  expect(killRecord.sweep()).toEqual([]);
  now += 1;
  expect(killRecord.sweep()).toEqual(['a']);
  expect(killRecord.isQuarantined('a')).toBe(false);
  expect(killRecord.kills('a')).toBe(0);
});
