import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VumiError, type Logger } from '@vumi/core';
import { startEmbeddedPostgres } from '@vumi/store';
import { DATA, type BackupPlace } from './back-up.ts';
import { copyFiles, findOwners } from './data-files.ts';
import { readManifest, type Manifest } from './manifest.ts';
import { loadPostgres, type WholeBackup } from './postgres-load.ts';
import { loadKeys, requireNoKeys } from './redis-keys.ts';

export interface RestoreReport {
  readonly manifest: Manifest;
  /** Where the data folder is now that was in the way; null: none was. */
  readonly moved: string | null;
}

/** Holds a backup against what it says of itself. Throws `config.invalid`. */
export async function checkBackup(folder: string): Promise<Manifest> {
  return readManifest(folder);
}

/**
 * Makes a platform of a backup: into an empty database, a Redis without its keys, and a data folder that is not there, or
 * with `force` is put aside. The data folder comes last and as a whole, so that what broke off has not begun. Throws
 * `config.invalid` and `data.in_use`.
 */
export async function restore(
  folder: string,
  place: BackupPlace,
  { force, logger }: { readonly force: boolean; readonly logger: Logger },
): Promise<RestoreReport> {
  const manifest = await readManifest(folder);
  checkKinds(manifest, place);
  const inTheWay = await requireRoom(place.dataDir, force);
  if (place.redis !== null) await requireNoKeys(place.redis);
  const half = `${place.dataDir}.restoring`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true });
  await load({ folder, manifest }, { ...place, dataDir: half }, logger);
  const moved = inTheWay ? await putAside(place.dataDir) : null;
  await mkdir(dirname(place.dataDir), { recursive: true });
  await rename(half, place.dataDir);
  return { manifest, moved };
}

async function load(backup: WholeBackup, place: BackupPlace, logger: Logger): Promise<void> {
  const { folder, manifest } = backup;
  const own = manifest.files.flatMap(({ path }) =>
    path.startsWith(`${DATA}/`) ? [path.slice(DATA.length + 1)] : [],
  );
  await copyFiles(join(folder, DATA), place.dataDir, own);
  await loadDatabase(backup, place, logger);
  if (place.redis !== null) await loadKeys(place.redis, folder);
}

async function loadDatabase(
  backup: WholeBackup,
  { databaseUrl, dataDir }: BackupPlace,
  logger: Logger,
): Promise<void> {
  if (databaseUrl !== null) return loadPostgres(databaseUrl, backup, logger);
  await using postgres = await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), logger });
  await loadPostgres(postgres.url, backup, logger);
}

/** State does not move between a file and Redis; rows do. */
function checkKinds({ state }: Manifest, { redis }: BackupPlace): void {
  const here = redis === null ? 'embedded' : 'redis';
  if (state === here) return;
  const advice = state === 'redis' ? 'name a Redis with VUMI_REDIS_URL' : 'leave VUMI_REDIS_URL out';
  throw new VumiError(
    'config.invalid',
    `the backup is of a platform whose state was in ${state === 'redis' ? 'Redis' : 'its own files'}: ${advice}`,
  );
}

/** Whether something has to be put aside. */
async function requireRoom(dataDir: string, force: boolean): Promise<boolean> {
  const [owner] = await findOwners(dataDir);
  if (owner !== undefined) {
    throw new VumiError('data.in_use', `a Vumi runs on ${dataDir} (process ${owner}): stop it first`);
  }
  const found = await readdir(dataDir).catch(() => []);
  if (found.length === 0) {
    await rm(dataDir, { recursive: true, force: true });
    return false;
  }
  if (force) return true;
  throw new VumiError(
    'config.invalid',
    `${dataDir} is not empty: name another folder with --data-dir, or add --force, which puts this one aside`,
  );
}

async function putAside(dataDir: string): Promise<string> {
  const aside = `${dataDir}.before-${new Date().toISOString().replaceAll(/[-:]|\..*/g, '')}`;
  await rename(dataDir, aside);
  return aside;
}
