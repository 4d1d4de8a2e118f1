import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VumiError } from '@vumi/core';
import { dataFolder } from './leftover.ts';
import { spawnAs, type OsUser } from './os-user.ts';

/** Postgres' binaries and the user who runs them. */
export interface Runtime {
  readonly bin: string;
  readonly user: OsUser | null;
}

/** The database's superuser, which is not a user of the operating system. */
const DATABASE_USER = 'vumi';

export function databaseUrl(password: string, port: number): string {
  return `postgres://${DATABASE_USER}:${password}@127.0.0.1:${port}/postgres`;
}

/**
 * How Postgres is told where its data is. A private folder above (`mktemp -d`, /root) would keep another user out,
 * but root may set that user's working directory, and Linux lets a process name that without walking there.
 */
export function dataArgument(data: string, user: OsUser | null): string {
  return user !== null && process.platform === 'linux' ? '/proc/self/cwd' : data;
}

/** Postgres' messages must not depend on the locale of whoever starts us. */
export const POSTGRES_ENV = { PATH: '/usr/bin:/bin', TZ: 'UTC' } as const;

/** The folder of the cluster. `fresh` says that it was made now and is not on the disk for sure (`syncCluster`). */
export async function prepareCluster(
  dataDir: string,
  runtime: Runtime,
): Promise<{ cluster: string; password: string; fresh: boolean }> {
  const cluster = join(dataDir, 'cluster');
  const fresh = !existsSync(dataFolder(cluster));
  if (fresh) await createCluster(dataDir, cluster, runtime);
  return { cluster, fresh, password: await readFile(join(cluster, 'password'), 'utf8') };
}

async function createCluster(dataDir: string, cluster: string, runtime: Runtime): Promise<void> {
  await removeHalfMade(dataDir);
  const half = `${cluster}.new-${process.pid}`;
  await mkdir(dataFolder(half), { recursive: true, mode: 0o700 });
  await writeFile(join(half, 'password'), randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (runtime.user !== null) {
    for (const name of ['data', 'password']) {
      await chown(join(half, name), runtime.user.uid, runtime.user.gid);
    }
  }
  await initdb(half, runtime);
  await rename(half, cluster);
}

/** What starts that were killed left behind. */
async function removeHalfMade(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith('cluster.new-')) await rm(join(dataDir, name), { recursive: true, force: true });
  }
}

async function initdb(cluster: string, runtime: Runtime): Promise<void> {
  // Opened by us, so that the user who runs initdb need not find it.
  await using password = await open(join(cluster, 'password'));
  await runInitdb(
    dataFolder(cluster),
    runtime,
    [
      `--username=${DATABASE_USER}`,
      '--encoding=UTF8',
      '--locale=C',
      '--auth=scram-sha-256',
      `--pwfile=${process.platform === 'win32' ? join(cluster, 'password') : '/dev/stdin'}`,
      '--no-instructions',
      '--no-sync',
    ],
    password.fd,
  );
}

/** Brings a fresh cluster to the disk, which takes longer than all else and so is done while the server runs. */
export async function syncCluster(cluster: string, runtime: Runtime): Promise<void> {
  await runInitdb(dataFolder(cluster), runtime, ['--sync-only']);
}

async function runInitdb(
  data: string,
  { bin, user }: Runtime,
  args: readonly string[],
  stdin: number | 'ignore' = 'ignore',
): Promise<void> {
  const child = spawn(join(bin, 'initdb'), ['-D', dataArgument(data, user), ...args], {
    cwd: data,
    env: POSTGRES_ENV,
    stdio: [stdin, 'ignore', 'pipe'],
    ...spawnAs(user),
  });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code === 0) return;
  throw new VumiError('config.invalid', `Postgres cannot make a database in ${data}: ${complaint.trim()}`);
}
