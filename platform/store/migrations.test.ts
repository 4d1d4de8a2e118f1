import { expect, test } from 'vitest';
import { pendingMigrations, readMigrations } from './migrations.ts';

const migration = (number: number) => ({
  number,
  name: `m${number}`,
  sql: '',
  checksum: `c${number}`,
});

test('no two files of the folder have one number', async () => {
  const numbers = (await readMigrations()).map(({ number }) => number);
  expect(numbers.length).toBeGreaterThan(0);
  expect(numbers).toEqual([...new Set(numbers)]);
});

test('what has not run is to run, in order', () => {
  const applied = [{ number: 1, checksum: 'c1' }];
  expect(
    pendingMigrations([migration(1), migration(2), migration(3)], applied).map(({ number }) => number),
  ).toEqual([2, 3]);
});

test('a file that changed after it ran is an error that names it', () => {
  expect(() => pendingMigrations([migration(1)], [{ number: 1, checksum: 'other' }])).toThrow('m1');
});

test('a database that is ahead of the files is an error', () => {
  expect(() => pendingMigrations([migration(1)], [{ number: 2, checksum: 'c2' }])).toThrow('newer Vumi');
});
