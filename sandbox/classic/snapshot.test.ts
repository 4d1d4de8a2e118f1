import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';

/** As a new process of the platform would. No two snapshots that are taken are the same. */
async function snapshotOfNewProcess(folder: string): Promise<string> {
  vi.resetModules();
  const { classicSnapshot, keepSnapshotsIn } = await import('./snapshot.ts');
  await keepSnapshotsIn(folder);
  return classicSnapshot('modern');
}

test('a snapshot is kept for the next process, which takes its own when it finds another', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'snapshots-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'classic-modern.snapshot');
  const first = await snapshotOfNewProcess(folder);
  await expect.poll(() => existsSync(file)).toBe(true);
  expect((await snapshotOfNewProcess(folder)) === first).toBe(true);
  await appendFile(file, 'AAAA');
  expect((await snapshotOfNewProcess(folder)) === first).toBe(false);
});
