import { expect, test } from 'vitest';
import { TurnClock } from './turn-clock.ts';

function clock(isStrict: boolean, waitedMs: number): TurnClock {
  const made = new TurnClock(3000, isStrict);
  made.start(0);
  made.waited(waitedMs);
  return made;
}

test('a handler that waits for longer than its limit is ended', () => {
  expect(clock(false, 3000).expiry(3000, 0)).toBeNull();
  expect(clock(false, 3001).expiry(3001, 0)).toBe('the handler did not finish within 3 s');
  expect(clock(true, 3001).expiry(3001, 0)).toBe('the handler did not finish within 3 s');
});

test('a handler whose code waits for a processor is not, unless somebody waits for its answer', () => {
  expect(clock(false, 10).expiry(11_000, 5)).toBeNull();
  expect(clock(true, 10).expiry(3000, 5)).toBeNull();
  expect(clock(true, 400).expiry(3001, 100)).toMatch(
    /within 3 s, of which .* only 0.5 s: the machine is overloaded/,
  );
});

test('but no handler stays for ever', () => {
  expect(clock(false, 10).expiry(12_001, 90)).toMatch(
    /within 12 s, of which .* only 0.1 s: the machine is overloaded/,
  );
});

test('one that has not begun takes no time', () => {
  expect(new TurnClock(10, true).expiry(1e9, 0)).toBeNull();
});
