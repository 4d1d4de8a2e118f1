import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseUrl } from './cluster.ts';
import { dataFolder } from './leftover.ts';
import { parentOfServer, readPostmasterPid } from './postmaster-pid.ts';

/** Where the Postgres of a Vumi that runs on this folder is; null when none runs there. */
export async function findRunningPostgres(dataDir: string): Promise<string | null> {
  const cluster = join(dataDir, 'cluster');
  const running = await readPostmasterPid(dataFolder(cluster));
  if (running?.port == null || (await parentOfServer(running.pid, dataFolder(cluster))) === null) return null;
  return databaseUrl(await readFile(join(cluster, 'password'), 'utf8'), running.port);
}
