import { expect, test } from 'vitest';
import { parseDuration, parseEnd, parseSince } from './duration.ts';

test.each([
  ['45s', 45],
  ['30m', 1800],
  ['12h', 43_200],
  ['90d', 7_776_000],
])('%s is %i seconds', (text, seconds) => {
  expect(parseDuration('--for', text)).toBe(seconds);
});

test.each(['', '90', 'd', '-1d', '1.5h', '1w', '1e3s'])('"%s" is no duration', (text) => {
  expect(() => parseDuration('--for', text)).toThrow('--for is a number');
});

test('an end is a time from now, a date or never', () => {
  expect(parseEnd('--expires', 'never')).toBeNull();
  expect(parseEnd('--expires', '2027-01-31')).toBe('2027-01-31T00:00:00.000Z');
  const inAnHour = Date.parse(parseEnd('--expires', '1h') ?? '') - Date.now();
  expect(Math.abs(inAnHour - 3_600_000)).toBeLessThan(60_000);
  expect(() => parseEnd('--expires', 'tomorrow')).toThrow('a date such as');
});

test('a beginning is a time ago or a date', () => {
  expect(parseSince('--since', '2026-11-22')).toBe('2026-11-22T00:00:00.000Z');
  const anHourAgo = Date.now() - Date.parse(parseSince('--since', '1h'));
  expect(Math.abs(anHourAgo - 3_600_000)).toBeLessThan(60_000);
  expect(() => parseSince('--since', 'yesterday')).toThrow('--since is a time ago');
});
