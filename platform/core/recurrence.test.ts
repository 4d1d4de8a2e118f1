import { describe, expect, test } from 'vitest';
import { nextOccurrence, recurrenceSchema, scheduleManager, type Recurrence } from './recurrence.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const shown = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString().slice(0, 19);

describe('the next time of something that comes again', () => {
  test.each<[string, Recurrence, string, string]>([
    ['later today', { time: '08:30' }, '2026-11-24T08:00:00', '2026-11-24T08:30:00'],
    ['tomorrow, once it is that time', { time: '08:30' }, '2026-11-24T08:30:00', '2026-11-25T08:30:00'],
    ['over the end of a year', { time: '00:00:05' }, '2026-12-31T12:00:00', '2027-01-01T00:00:05'],
    ['on a weekday', { time: '08:30', weekdays: [1, 5] }, '2026-11-24T00:00:00', '2026-11-27T08:30:00'],
    ['on a Sunday', { time: '23:59', weekdays: [7] }, '2026-11-24T00:00:00', '2026-11-29T23:59:00'],
    [
      'on the same weekday, a week later',
      { time: '08:30', weekdays: [2] },
      '2026-11-24T09:00:00',
      '2026-12-01T08:30:00',
    ],
    ['on a day of the month', { time: '08:30', days: [1, 15] }, '2026-11-24T00:00:00', '2026-12-01T08:30:00'],
    [
      'on the 31st, past months without one',
      { time: '08:30', days: [31] },
      '2027-01-31T09:00:00',
      '2027-03-31T08:30:00',
    ],
    ['on the 29th of February', { time: '08:30', days: [29] }, '2028-02-01T00:00:00', '2028-02-29T08:30:00'],
  ])('%s', (_, recurrence, since, expected) => {
    expect(recurrenceSchema.parse(recurrence)).toEqual(recurrence);
    expect(shown(nextOccurrence(recurrence, at(since)))).toBe(expected);
  });

  test.each([
    [0, 60],
    [59, 60],
    [60, 120],
    [600, 660],
    [-30, 60],
  ])('after %d seconds of an interval of 60 is at %d: late ones put off nothing', (since, expected) => {
    expect(nextOccurrence({ every: 60 }, since * 1000, 0)).toBe(expected * 1000);
  });

  test.each([
    { every: 59 },
    { every: Infinity },
    { time: '24:00' },
    { time: '8:30' },
    { time: '08:30', weekdays: [0] },
    { time: '08:30', days: [] },
    { time: '08:30', days: [1], weekdays: [1] },
    {},
  ])('is not told by %j', (recurrence) => {
    expect(recurrenceSchema.safeParse(recurrence).success).toBe(false);
  });
});

describe("what was defined for Vumi's ScheduleManager", () => {
  test.each<[object, string, string | null]>([
    [{ recurring: 'daily', time: '12:00:00' }, '2012-11-20T12:00:00', '2012-11-21T12:00:00'],
    [
      { recurring: 'day_of_week', days: '2, 4', time: '12:00:00' },
      '2012-11-20T11:00:00',
      '2012-11-20T12:00:00',
    ],
    [
      { recurring: 'day_of_month', days: '12 15', time: '12:00:00' },
      '2012-11-16T11:00:00',
      '2012-12-12T12:00:00',
    ],
    [
      { recurring: 'never', date: '2012-11-20', time: '12:00:00' },
      '2012-11-20T11:59:59',
      '2012-11-20T12:00:00',
    ],
    [{ recurring: 'never', date: '2012-11-20', time: '12:00:00' }, '2012-11-20T12:00:00', null],
  ])('%j after %s is %s', (definition, since, expected) => {
    expect(shown(scheduleManager(definition).next(at(since)))).toBe(expected);
  });

  test('is due once between two looks, however far they are apart', () => {
    const daily = scheduleManager({ recurring: 'daily', time: '12:00:00' });
    const [before, exactly, after] = [
      '2012-11-20T11:59:59',
      '2012-11-20T12:00:00',
      '2012-11-20T12:00:01',
    ].map(at);
    expect(daily.isDue(before ?? 0, exactly ?? 0)).toBe(true);
    expect(daily.isDue(exactly ?? 0, after ?? 0)).toBe(false);
    expect(daily.isDue(at('2012-11-01T00:00:00'), after ?? 0)).toBe(true);
  });

  test.each([
    [{ recurring: 'yearly', time: '12:00:00' }, 'recurring'],
    [{ recurring: 'daily', time: 'noon' }, 'time'],
    [{ recurring: 'day_of_week', days: '8', time: '12:00:00' }, 'days.0'],
    [{ recurring: 'never', date: 'tomorrow', time: '12:00:00' }, 'date'],
  ])('%j is refused', (definition, field) => {
    expect(() => scheduleManager(definition)).toThrow(
      expect.objectContaining({ code: 'config.invalid', field }),
    );
  });
});
