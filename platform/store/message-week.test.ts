import { expect, test } from 'vitest';
import { mondayOf, rowWeek } from './message-week.ts';

const at = (iso: string): number => Date.parse(iso);
const monday = (iso: string): number => at(iso) / 86_400_000;
const idOf = (iso: string): string => at(iso).toString(16).padStart(12, '0') + '4abc8def01234567890a';
const FOREIGN = '9f1c0e7a2b3c4d5e8f90a1b2c3d4e5f6';
const THIS_WEEK = monday('2026-11-23');
const LAST_WEEK = monday('2026-11-16');

test.each([
  ['2026-11-23T00:00:00Z', '2026-11-23'],
  ['2026-11-29T23:59:59.999Z', '2026-11-23'],
  ['2026-11-30T00:00:00Z', '2026-11-30'],
  ['1970-01-01T00:00:00Z', '1969-12-29'],
  ['1969-12-28T23:59:59Z', '1969-12-22'],
])('the week of %s begins at %s', (moment, first) => {
  expect(mondayOf(at(moment))).toBe(monday(first));
});

test.each([
  [
    'an id of ours tells the week, whatever the timestamp says after midnight',
    idOf('2026-11-22T23:59:59Z'),
    '2026-11-23T00:00:01Z',
    { week: LAST_WEEK, earlier: LAST_WEEK },
  ],
  [
    'an id of an old schedule does not',
    idOf('2026-10-01T00:00:00Z'),
    '2026-11-28T00:00:00Z',
    { week: THIS_WEEK, earlier: THIS_WEEK },
  ],
  ['nor does an id from elsewhere', FOREIGN, '2026-11-28T00:00:00Z', { week: THIS_WEEK, earlier: THIS_WEEK }],
  ['nor does another text', 'sms-1', '2026-11-28T00:00:00Z', { week: THIS_WEEK, earlier: THIS_WEEK }],
  [
    'what comes again early in a week may be of the week before',
    FOREIGN,
    '2026-11-23T01:00:00Z',
    { week: THIS_WEEK, earlier: LAST_WEEK },
  ],
])('%s', (_label, id, timestamp, weeks) => {
  expect(rowWeek(id, at(timestamp))).toEqual(weeks);
});
