import { beforeEach, expect, test } from 'vitest';
import { LoadedCode } from './loaded-code.ts';

let sent: string[] = [];
let held: LoadedCode;

beforeEach(() => {
  sent = [];
  held = new LoadedCode((frame) => sent.push(frame.slice(0, 2).join(' ')), 100);
});

test('code is sent once, and once more when there is a cache of it', () => {
  for (let n = 0; n < 3; n++) held.provide('a', { code: 'code', cache: '' });
  expect(sent).toEqual(['learn a']);
  for (let n = 0; n < 3; n++) held.provide('a', { code: 'code', cache: 'cache' });
  held.provide('a', { code: 'code', cache: '' });
  expect(sent).toEqual(['learn a', 'learn a']);
  expect(held.has('a')).toBe(true);
  expect(held.has(null)).toBe(false);
});

test('what was used the longest ago is forgotten when there is too much', () => {
  const code = 'x'.repeat(40);
  held.provide('a', { code, cache: '' });
  held.provide('b', { code, cache: '' });
  held.provide('a', { code, cache: '' });
  held.provide('c', { code, cache: '' });
  expect(sent).toEqual(['learn a', 'learn b', 'learn c', 'forget b']);
  expect(['a', 'b', 'c'].filter((digest) => held.has(digest))).toEqual(['a', 'c']);
});

test('what alone is too much is kept until the next one comes', () => {
  held.provide('a', { code: 'x'.repeat(200), cache: '' });
  held.provide('b', { code: 'x', cache: '' });
  expect(sent).toEqual(['learn a', 'learn b', 'forget a']);
});
