import { chmod, copyFile, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';

/** Needed to compile against Postgres, not to run it. */
const LEFT_OUT = new Set(['.a']);

/**
 * Copies a tree so that every user can read it, whatever the umask was when the original was made and is now. Parents
 * are made; those that exist keep their mode.
 */
export async function copyReadable(from: string, to: string): Promise<void> {
  await makeReadable(to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyReadable(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (!LEFT_OUT.has(extname(entry.name))) await copyFileReadable(source, target);
  }
}

async function copyFileReadable(source: string, target: string): Promise<void> {
  await copyFile(source, target);
  await chmod(target, dirname(target).endsWith('bin') ? 0o755 : 0o644);
}

async function makeReadable(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await chmod(made, 0o755);
}
