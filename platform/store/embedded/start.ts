import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { backoffMs, errorText, sleep, type Logger } from '@vumi/core';
import { findBinaries } from './binaries.ts';
import { databaseUrl, prepareCluster, syncCluster, type Runtime } from './cluster.ts';
import { dataFolder, stopLeftover } from './leftover.ts';
import { pickOsUser } from './os-user.ts';
import { freePort } from '@vumi/machine';
import { startPostmaster, stopPostmaster, type Postmaster, type PostmasterOptions } from './postmaster.ts';

export interface EmbeddedPostgresOptions {
  /** Made when it is absent; holds the database and its password. */
  readonly dataDir: string;
  readonly logger: Logger;
}

/** A Postgres of our own, for `openStore`. Disposal shuts it down in order. */
export interface EmbeddedPostgres extends AsyncDisposable {
  /** With the password. Nobody else on the machine can connect without it. */
  readonly url: string;
}

/**
 * Starts the Postgres that npm installed on a folder, and again when it dies. When this process is killed it shuts
 * down too. Throws `config.invalid` where there is no Postgres for this machine, `data.in_use` where another process has the folder.
 */
export async function startEmbeddedPostgres({
  dataDir,
  logger,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  await mkdir(dataDir, { recursive: true });
  const folder = await realpath(dataDir);
  const user = await pickOsUser(dataFolder(join(folder, 'cluster')));
  const runtime = { user, bin: await findBinaries({ dataDir: folder, user, logger }) };
  await stopLeftover(join(folder, 'cluster'), logger);
  const { cluster, password, fresh } = await prepareCluster(folder, runtime);
  const options = { cluster, runtime, logger };
  const { postmaster, port } = await startOnFreePort(options);
  const synced = fresh ? sync(options) : Promise.resolve();
  const stop = keepRunning({ ...options, port }, postmaster);
  return {
    url: databaseUrl(password, port),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([stop(), synced]);
    },
  };
}

const PORT_TRIES = 3;

async function startOnFreePort(
  options: Omit<PostmasterOptions, 'port'>,
): Promise<{ postmaster: Postmaster; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, postmaster: await startPostmaster({ ...options, port }) };
    } catch (error) {
      // Somebody may have taken the port in the meantime, or processes of a killed server are still leaving.
      if (attempt === PORT_TRIES || !/could not bind|in use/.test(errorText(error))) throw error;
      await sleep(backoffMs(attempt, 100, 1000));
    }
  }
}

async function sync(options: { cluster: string; runtime: Runtime; logger: Logger }): Promise<void> {
  try {
    await syncCluster(options.cluster, options.runtime);
  } catch (error) {
    options.logger.warn({ reason: errorText(error) }, 'the new database may not survive a power cut yet');
  }
}

/** Starts the server again on the same port when it ends unasked, until the answer is called. */
function keepRunning(options: PostmasterOptions, first: Postmaster): () => Promise<void> {
  const stopping = new AbortController();
  let current = first;
  const watch = async (): Promise<void> => {
    for (;;) {
      await current.exited;
      if (stopping.signal.aborted) return;
      options.logger.error({}, 'postgres ended unasked, starting it again');
      current = (await startAgain(options, stopping.signal)) ?? current;
      // Who asked for the stop meant the one before.
      if (stopping.signal.aborted) await stopPostmaster(current);
    }
  };
  const watching = watch();
  return async () => {
    stopping.abort();
    await stopPostmaster(current);
    await watching;
  };
}

/** Null when the signal came first. */
async function startAgain(options: PostmasterOptions, signal: AbortSignal): Promise<Postmaster | null> {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    await sleep(backoffMs(attempt, 100, 10_000), signal).catch(() => {});
    if (signal.aborted) break;
    try {
      return await startPostmaster(options);
    } catch (error) {
      options.logger.error({ attempt, reason: errorText(error) }, 'postgres does not start');
    }
  }
  return null;
}
