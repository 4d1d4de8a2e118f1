import { expect, test } from 'vitest';
import { missingPartitions, partitionEnd } from './partitions.ts';

const now = Date.parse('2026-11-29T12:00:00Z');
const made = (from: string, to: string) => ({ name: `messages_${from}`, from, to });

test.each([
  ['2026-11-01', false, '2026-12-01'],
  ['2026-12-07', false, '2027-01-01'],
  ['2026-12-01', true, '2026-12-07'],
  ['2026-12-07', true, '2026-12-14'],
])('a partition from %s (by week: %s) ends at %s', (from, byWeek, to) => {
  expect(partitionEnd(from, byWeek)).toBe(to);
});

test('partitions follow on the last one, some weeks ahead', () => {
  expect(missingPartitions([made('2026-11-01', '2026-12-01')], { now, byWeek: false })).toEqual([
    { from: '2026-12-01', to: '2027-01-01' },
    { from: '2027-01-01', to: '2027-02-01' },
  ]);
  expect(missingPartitions([made('2026-11-01', '2027-02-01')], { now, byWeek: false })).toEqual([]);
  const weeks = missingPartitions([made('2026-11-01', '2026-12-01')], { now, byWeek: true });
  expect(weeks.slice(0, 2)).toEqual([
    { from: '2026-12-01', to: '2026-12-07' },
    { from: '2026-12-07', to: '2026-12-14' },
  ]);
  expect(weeks.at(-1)?.to).toBe('2027-01-18');
});

test('the first partition begins with the week of now', () => {
  expect(missingPartitions([], { now, byWeek: true })[0]).toEqual({ from: '2026-11-23', to: '2026-11-30' });
});
