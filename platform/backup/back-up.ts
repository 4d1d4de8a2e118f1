import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VumiError, type Logger } from '@vumi/core';
import { findRunningPostgres, startEmbeddedPostgres } from '@vumi/store';
import { copyFiles, findOwners, listDataFiles } from './data-files.ts';
import { whileFrozen } from './freeze.ts';
import { describeFile, encodeManifest, MANIFEST, type ManifestInput } from './manifest.ts';
import { openDump } from './postgres-dump.ts';
import { countWaiting, type QueueServer, type WaitingMessages } from './waiting-messages.ts';
import { KEYS_FILE, writeKeys, type RedisPlace } from './redis-keys.ts';

/** What a platform keeps, and where. */
export interface BackupPlace {
  readonly dataDir: string;
  /** Null: the embedded one in the data folder. */
  readonly databaseUrl: string | null;
  /** Null: state is in the data folder. */
  readonly redis: RedisPlace | null;
  /** RabbitMQ, whose messages are its own: they are in no backup. Null: messages are in the data folder. */
  readonly queues: QueueServer | null;
}

export interface BackupReport {
  readonly tables: number;
  readonly rows: number;
  readonly files: number;
  readonly keys: number | null;
  /** What waits in RabbitMQ and is left out; null where messages are in the data folder. */
  readonly waiting: readonly WaitingMessages[] | null;
  /** For how long nothing happened, in milliseconds; null: nothing ran. */
  readonly frozenMs: number | null;
}

/** Where the files of the data folder are within a backup. */
export const DATA = 'data';

/**
 * Writes what a platform keeps into a new folder. One that runs on this machine does nothing for the moment in which
 * journals, state and ledgers are copied and the database is looked at: together they are what `kill -9` would have left
 * then, which the platform recovers from. A folder is there whole or not at all.
 */
export async function backUp(place: BackupPlace, target: string, logger: Logger): Promise<BackupReport> {
  await requireNew(target);
  const folder = `${target}.part`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { contents, report } = await writeAll(place, folder, logger);
  await writeFile(join(folder, MANIFEST), encodeManifest(contents), { mode: 0o600 });
  await rename(folder, target);
  return report;
}

async function requireNew(target: string): Promise<void> {
  const found = await readdir(target).catch(() => null);
  if (found === null) return;
  if (found.length === 0) return rm(target, { recursive: true });
  throw new VumiError('config.invalid', `${target} is not empty: name a folder that is not there yet`);
}

async function writeAll(
  place: BackupPlace,
  folder: string,
  logger: Logger,
): Promise<{ contents: ManifestInput; report: BackupReport }> {
  const { dataDir, redis, queues } = place;
  await using database = await openDatabase(place, logger);
  await using dump = await openDump(database.url);
  const owners = await findOwners(dataDir);
  const paths = await listDataFiles(dataDir);
  const { result: copied, frozenMs } = await whileFrozen(owners, async () => {
    await dump.takeSnapshot();
    return copyFiles(dataDir, join(folder, DATA), paths);
  });
  const waiting = queues === null ? null : await countWaiting(queues, database.url);
  const keys = redis === null ? null : await writeKeys(redis, folder);
  const postgres = await dump.write(folder);
  const written = [...copied.map((path) => `${DATA}/${path}`), ...postgres.tables.map(({ file }) => file)];
  const files = [];
  for (const path of redis === null ? written : [...written, KEYS_FILE]) {
    files.push(await describeFile(folder, path));
  }
  return {
    contents: {
      created_at: new Date().toISOString(),
      state: redis === null ? 'embedded' : 'redis',
      broker: queues === null ? 'embedded' : 'rabbitmq',
      ...postgres,
      keys,
      files,
    },
    report: {
      tables: postgres.tables.length,
      rows: postgres.tables.reduce((sum, { rows }) => sum + rows, 0),
      files: copied.length,
      keys,
      waiting,
      frozenMs: owners.length === 0 ? null : frozenMs,
    },
  };
}

/** The one that runs, or one that runs for this. */
async function openDatabase(
  { databaseUrl, dataDir }: BackupPlace,
  logger: Logger,
): Promise<{ readonly url: string } & AsyncDisposable> {
  const own = join(dataDir, 'postgres');
  const url = databaseUrl ?? (await findRunningPostgres(own));
  if (url !== null) return { url, async [Symbol.asyncDispose]() {} };
  if (
    !(await readdir(own).then(
      () => true,
      () => false,
    ))
  ) {
    throw new VumiError(
      'config.invalid',
      `${dataDir} holds no Vumi: name its folder with --data-dir or VUMI_DATA_DIR`,
    );
  }
  return startEmbeddedPostgres({ dataDir: own, logger });
}
