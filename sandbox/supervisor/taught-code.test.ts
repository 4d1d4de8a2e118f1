import { beforeEach, expect, test } from 'vitest';
import { TaughtCode } from './taught-code.ts';

let sent: string[] = [];
let taught: TaughtCode;

beforeEach(() => {
  sent = [];
  taught = new TaughtCode((frame) => sent.push(frame.slice(0, 2).join(' ')), 100);
});

test('code is sent once, and once more when there is a cache of it', () => {
  for (let n = 0; n < 3; n++) taught.teach('a', { code: 'code', cache: '' });
  expect(sent).toEqual(['learn a']);
  for (let n = 0; n < 3; n++) taught.teach('a', { code: 'code', cache: 'cache' });
  taught.teach('a', { code: 'code', cache: '' });
  expect(sent).toEqual(['learn a', 'learn a']);
  expect(taught.has('a')).toBe(true);
  expect(taught.has(null)).toBe(false);
});

test('what was used the longest ago is forgotten when there is too much', () => {
  const code = 'x'.repeat(40);
  taught.teach('a', { code, cache: '' });
  taught.teach('b', { code, cache: '' });
  taught.teach('a', { code, cache: '' });
  taught.teach('c', { code, cache: '' });
  expect(sent).toEqual(['learn a', 'learn b', 'learn c', 'forget b']);
  expect(['a', 'b', 'c'].filter((digest) => taught.has(digest))).toEqual(['a', 'c']);
});

test('what alone is too much is kept until the next one comes', () => {
  taught.teach('a', { code: 'x'.repeat(200), cache: '' });
  taught.teach('b', { code: 'x', cache: '' });
  expect(sent).toEqual(['learn a', 'learn b', 'forget a']);
});
