import { describe, expect, it } from 'vitest';
import { isSmppTime, readSmppTime, relativeTime } from './smpp-time.ts';

const NOW = Date.UTC(2026, 10, 25);

describe('a time of SMPP', () => {
  it.each(['', '261125120000004+', '261125120000048-', '000007000000000R', '991130235959000R'])(
    'point 30: may be %j',
    (text) => {
      expect(isSmppTime(text)).toBe(true);
    },
  );

  it.each([
    'R',
    '2611251200',
    '261325120000000+',
    '261132120000000+',
    '261125240000000+',
    '261125120000049+',
    '261125120000000Z',
    '261125120000100R',
  ])('point 30: is not %j, and reading that throws nothing', (text) => {
    expect(isSmppTime(text)).toBe(false);
    expect(readSmppTime(text, NOW)).toBeNull();
  });

  it('point 30: is local time with its distance from UTC in quarters of an hour', () => {
    expect(readSmppTime('261125140000008+', NOW)).toBe(Date.UTC(2026, 10, 25, 12));
    expect(readSmppTime('261125070000520-', NOW)).toBe(Date.UTC(2026, 10, 25, 12, 0, 0, 500));
  });

  it.each([60, 86_399, 86_400 * 7, 86_400 * 40])('point 30: relative, is %i seconds from now', (seconds) => {
    expect(readSmppTime(relativeTime(seconds), NOW)).toBe(NOW + seconds * 1000);
  });
});
