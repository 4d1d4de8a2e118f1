import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep, VumiError, type Logger } from '@vumi/core';
import { parentOfServer, readPostmasterPid } from './postmaster-pid.ts';

const POLL_MS = 10;
/** A fast shutdown writes what is dirty; one that takes longer hangs. */
const FAST_SHUTDOWN_MS = 60_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;

/** A cluster's folder: the data, and beside it what Postgres need not see. */
export function dataFolder(cluster: string): string {
  return join(cluster, 'data');
}

/** Records that this process is the parent of the cluster's server. */
export async function claim(cluster: string): Promise<void> {
  const path = join(cluster, 'owner');
  // Removed first: the file may belong to another user, the folder is ours.
  await rm(path, { force: true });
  await writeFile(path, `${process.pid}\n`);
}

/**
 * Makes sure that no server runs on the cluster. One whose Vumi was killed is shutting down already (postmaster.ts)
 * or is told to; one whose Vumi lives is the error `data.in_use`.
 */
export async function stopLeftover(cluster: string, logger: Logger): Promise<void> {
  const data = dataFolder(cluster);
  const left = await readPostmasterPid(data);
  if (left === null) return;
  const parent = await parentOfServer(left.pid, data);
  if (parent === null) {
    // Its number may belong to another program now, which Postgres would take for a server on this data.
    if (process.platform !== 'win32') await rm(join(data, 'postmaster.pid'), { force: true });
    return;
  }
  const owner = Number(await readFile(join(cluster, 'owner'), 'utf8').catch(() => ''));
  // A process whose parent died gets another parent: this one is alive, and it is no reused number.
  while ((await parentOfServer(left.pid, data)) === owner) {
    if (!(await isLeaving(owner))) throw inUse(cluster, owner);
    await sleep(POLL_MS);
  }
  logger.info({ pid: left.pid }, 'stopping the postgres of a vumi that was killed');
  await stopOrphan(left.pid, data);
}

const SIGKILL_PENDING = 1n << 8n;

/** Whether a process was killed and has only not ended yet, which takes a moment on a busy machine. Known on Linux. */
async function isLeaving(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const pending = [...status.matchAll(/^(?:SigPnd|ShdPnd):\s*([0-9a-f]+)$/gm)];
    if (pending.some(([, mask]) => (BigInt(`0x${mask}`) & SIGKILL_PENDING) !== 0n)) return true;
    // Its memory goes first, and with it its command line.
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')) === '';
  } catch {
    return true;
  }
}

function inUse(cluster: string, owner: number): VumiError {
  return new VumiError(
    'data.in_use',
    `the database in ${cluster} is in use by the Vumi process ${owner}: stop that one, or give this one a folder of its own with VUMI_DATA_DIR`,
  );
}

async function stopOrphan(pid: number, data: string): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    if (await stopBy(signal, { pid, data, patienceMs })) return;
  }
  throw new VumiError(
    'store.unavailable',
    `the Postgres process ${pid} of an earlier Vumi does not stop: end it with "kill -9 ${pid}"`,
  );
}

async function stopBy(
  signal: NodeJS.Signals,
  target: { pid: number; data: string; patienceMs: number },
): Promise<boolean> {
  const until = Date.now() + target.patienceMs;
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  while (Date.now() < until) {
    if ((await parentOfServer(target.pid, target.data)) === null) return true;
    await sleep(POLL_MS);
  }
  return false;
}
