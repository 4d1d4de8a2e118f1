import { expect, test } from 'vitest';
import { TurnClock } from './turn-clock.ts';

function clock(isStrict: boolean, waitedMs: number): TurnClock {
  const made = new TurnClock(3000, isStrict);
  made.start(0);
  made.waited(waitedMs);
  return made;
}

test('a handler that waits for longer than its limit is ended', () => {
  expect(clock(false, 3000).expired(3000, 0)).toBeNull();
  const expired = { reason: 'wall', text: 'the handler did not finish within 3 s' };
  expect(clock(false, 3001).expired(3001, 0)).toEqual(expired);
  expect(clock(true, 3001).expired(3001, 0)).toEqual(expired);
});

test('a handler whose code waits for a processor is not, unless somebody waits for its answer', () => {
  expect(clock(false, 10).expired(11_000, 5)).toBeNull();
  expect(clock(true, 10).expired(3000, 5)).toBeNull();
  expect(clock(true, 400).expired(3001, 100)).toEqual({
    reason: 'overload',
    text: expect.stringMatching(/within 3 s, of which .* only 0.5 s: the machine is overloaded/) as string,
  });
});

test('but no handler stays for ever', () => {
  expect(clock(false, 10).expired(12_001, 90)).toEqual({
    reason: 'overload',
    text: expect.stringMatching(/within 12 s, of which .* only 0.1 s: the machine is overloaded/) as string,
  });
});

test('one that has not begun takes no time', () => {
  expect(new TurnClock(10, true).expired(1e9, 0)).toBeNull();
});
