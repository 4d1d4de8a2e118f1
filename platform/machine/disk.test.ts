import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { readDisk, watchDisk } from './disk.ts';

test('a folder has so much room left', async () => {
  const reading = await readDisk(tmpdir());
  expect(reading?.free_share).toBeGreaterThanOrEqual(0);
  expect(reading?.free_share).toBeLessThanOrEqual(1);
  expect(reading?.free_bytes).toBeGreaterThanOrEqual(0);
});

test('what is not there has no reading', async () => {
  expect(await readDisk('/no/such/folder')).toBeNull();
});

test('a watch knows from the beginning', async () => {
  using watch = await watchDisk(tmpdir());
  expect(watch.reading()).not.toBeNull();
});
