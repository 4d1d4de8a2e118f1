import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Made once for the whole run (test/template.setup.ts); empty where tests are run another way. */
const template = process.env['VUMI_TEST_TEMPLATE'] ?? '';

/** Puts a Postgres with an empty database of the newest schema into a folder, as a first start would make one. */
export async function copyPostgres(to: string): Promise<void> {
  const from = join(template, 'postgres');
  // Its owner may be another user, whom `cp` by Node would not keep.
  if (template !== '' && existsSync(from)) await promisify(execFile)('cp', ['-a', from, to]);
}

/** Lets a data folder keep its snapshots with those of the whole run. */
export async function shareSnapshots(dataDir: string): Promise<void> {
  if (template !== '') await symlink(join(template, 'snapshots'), join(dataDir, 'snapshots'));
}
