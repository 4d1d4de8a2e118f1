import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@vumi/core';
import { openStore, startEmbeddedPostgres } from '@vumi/store';
import type { TestProject } from 'vitest/node';

/** Projects whose platforms have an embedded Postgres. */
const EMBEDDED = new Set(['embedded', 'loaded', 'browser']);
const made = { folder: '', postgres: false };

/**
 * What all data folders of a run would make for themselves is made once (test/template.ts): a Postgres with the newest
 * schema, and the snapshots that the first who needs one takes.
 */
export async function setup({ name }: TestProject): Promise<void> {
  if (made.folder === '') made.folder = await mkdtemp(join(tmpdir(), 'vumi-template-'));
  const { folder } = made;
  process.env['VUMI_TEST_TEMPLATE'] = folder;
  await mkdir(join(folder, 'snapshots'), { recursive: true });
  if (!EMBEDDED.has(name) || made.postgres) return;
  made.postgres = true;
  await using postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    logger: silentLogger,
  });
  await using _store = await openStore({ url: postgres.url, logger: silentLogger });
}

export async function teardown(): Promise<void> {
  if (made.folder !== '') await rm(made.folder, { recursive: true, force: true });
}
