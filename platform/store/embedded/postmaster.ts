import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { sleep, VumiError, type Logger } from '@vumi/core';
import { withinGiven } from '@vumi/machine';
import { dataArgument, POSTGRES_ENV, type Runtime } from './cluster.ts';
import { claim, dataFolder } from './leftover.ts';
import { spawnAs } from './os-user.ts';
import { readPostmasterPid } from './postmaster-pid.ts';

const POLL_MS = 5;
/** Recovery after a power cut may be long. */
const START_MS = 120_000;

/** Small: one site on one machine. Everything that makes a commit safe stays as Postgres has it. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=50',
  'shared_buffers=32MB',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_logical_replication_workers=0',
  'max_parallel_workers=0',
  'io_method=sync',
  'jit=off',
  'cluster_name=vumi',
  'log_line_prefix=',
  'log_checkpoints=off',
  // Statement errors are told to whoever sent the statement.
  'log_min_messages=fatal',
];

/**
 * Postgres in the foreground, and beside it a shell that waits on a pipe from us: when we are killed the pipe closes
 * and the shell tells Postgres to shut down. A line in the pipe says that Postgres has ended by itself. The double
 * fork keeps Postgres from inheriting a child that it does not know.
 */
const GUARDED = '( { read -r _ <&3 || kill -INT $$; } >/dev/null 2>&1 & ); exec "$@" 3<&-';

export interface Postmaster {
  readonly child: ChildProcess;
  /** Settles when the process is gone. */
  readonly exited: Promise<void>;
}

export interface PostmasterOptions {
  readonly cluster: string;
  readonly runtime: Runtime;
  readonly port: number;
  readonly logger: Logger;
}

/** Starts the server and waits until it takes connections. Throws `store.unavailable` with what Postgres said. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  await claim(options.cluster);
  const child = spawnPostmaster(options);
  const said = readLog(child, options.logger);
  child.once('exit', () => releaseGuard(child)).once('error', (error) => said.push(error.message));
  // Node also tells "close" after an "error".
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await untilReady(dataFolder(options.cluster), child, said);
  return { child, exited };
}

function spawnPostmaster({ cluster, runtime, port }: PostmasterOptions): ChildProcess {
  const data = dataFolder(cluster);
  const settings = [`port=${port}`, ...SETTINGS].flatMap((setting) => ['-c', setting]);
  const command = [join(runtime.bin, 'postgres'), '-D', dataArgument(data, runtime.user), ...settings];
  const guarded = process.platform === 'win32' ? command : ['/bin/sh', '-c', GUARDED, 'sh', ...command];
  const [program = '', ...args] = guarded;
  return spawn(program, args, {
    cwd: data,
    env: POSTGRES_ENV,
    // A group of its own: Ctrl-C is for us, who still need the database to shut down in order.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    ...spawnAs(runtime.user),
  });
}

function releaseGuard(child: ChildProcess): void {
  const guard = child.stdio[3] as Writable | null;
  guard?.on('error', () => {}).end('\n');
}

/** Logs what Postgres says, and keeps it for the error of a failed start. */
function readLog(child: ChildProcess, logger: Logger): string[] {
  const said: string[] = [];
  createInterface({ input: child.stderr as Readable }).on('line', (line) => {
    if (said.length < 20) said.push(line);
    if (line.startsWith('PANIC')) logger.error({ line }, 'postgres');
    else logger.debug({ line }, 'postgres');
  });
  return said;
}

async function untilReady(data: string, child: ChildProcess, said: readonly string[]): Promise<void> {
  const until = Date.now() + START_MS;
  while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const state = await readPostmasterPid(data);
    if (state?.pid === child.pid && state.status === 'ready') return;
    if (Date.now() > until) break;
    await sleep(POLL_MS);
  }
  child.kill('SIGQUIT');
  throw new VumiError('store.unavailable', `the embedded Postgres did not start: ${said.join('; ')}`);
}

const STOPS = [
  ['SIGINT', 15_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
] as const;

/** Ends open transactions, writes what is dirty and stops; with less and less patience. */
export async function stopPostmaster({ child, exited }: Postmaster): Promise<void> {
  for (const [signal, limitMs] of STOPS) {
    child.kill(signal);
    const { pid } = child;
    const patience = pid === undefined ? { limitMs } : { limitMs, pid };
    await withinGiven(exited, patience, () => new Error('it does not stop')).catch(() => {});
    if (child.exitCode !== null || child.signalCode !== null) return;
  }
}
