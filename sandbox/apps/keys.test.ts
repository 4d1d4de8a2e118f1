import { expect, test } from 'vitest';
import { markerKey, sharedStateKey, stateKey, userStateKey } from './keys.ts';

const ref = { account: 'acme', app: 'quiz' };

test('keys say whose they are', () => {
  expect(sharedStateKey(ref, 'scores')).toBe('app/acme/quiz/shared/scores');
  expect(userStateKey(ref, '+2776', 'name')).toBe('app/acme/quiz/user/+2776/name');
  expect(markerKey(ref, 'abc')).toBe('done/acme/quiz/abc');
});

test('two users never share a key, whatever their addresses', () => {
  const pairs = [
    ['a', 'b/c'],
    ['a/b', 'c'],
    ['a%2Fb', 'c'],
    ['a%252Fb', 'c'],
  ] as const;
  expect(new Set(pairs.map(([user, key]) => userStateKey(ref, user, key))).size).toBe(pairs.length);
});

test.each([
  ['nothing', ''],
  ['a line break', 'a\nb'],
  ['a zero', 'a\0b'],
  ['half a character', 'a\ud800'],
  ['513 bytes', 'é'.repeat(257)],
])('a key of %s is refused', (_label, key) => {
  expect(() => sharedStateKey(ref, key)).toThrow(/1 to 512 bytes/);
});

test('an event has no user', () => {
  expect(() => stateKey(ref, null, { scope: 'user', key: 'x' })).toThrow(/app\.user belongs to onMessage/);
});
