import { chmod, mkdir, mkdtemp, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyReadable } from './copy-readable.ts';

test('a copy is readable and its programs run, whatever the modes of the original', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vumi-copy-'));
  try {
    await mkdir(join(folder, 'from/bin'), { recursive: true });
    await mkdir(join(folder, 'from/lib'));
    for (const file of ['bin/postgres', 'lib/real.so', 'lib/static.a']) {
      await writeFile(join(folder, 'from', file), file);
      await chmod(join(folder, 'from', file), 0o600);
    }
    await symlink('real.so', join(folder, 'from/lib/link.so'));
    await chmod(join(folder, 'from/bin'), 0o700);

    await copyReadable(join(folder, 'from'), join(folder, 'deep/to'));

    const mode = async (path: string): Promise<number> => (await stat(join(folder, path))).mode & 0o777;
    expect(await mode('deep')).toBe(0o755);
    expect(await mode('deep/to/bin')).toBe(0o755);
    expect(await mode('deep/to/bin/postgres')).toBe(0o755);
    expect(await mode('deep/to/lib/real.so')).toBe(0o644);
    expect(await readlink(join(folder, 'deep/to/lib/link.so'))).toBe('real.so');
    expect(await readdir(join(folder, 'deep/to/lib'))).not.toContain('static.a');
    expect(await mode('')).toBe(0o700);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
