import { spawn } from 'node:child_process';
import type { Logger } from '@vumi/core';
import { once } from './once.ts';

/** Runs a command in a network namespace with nothing in it, as a user who is root only there. */
const EMPTY_NETWORK = ['unshare', '--user', '--map-root-user', '--net'] as const;
const PROBE_TIMEOUT_MS = 3000;

/** What a Node process is started by; its flags follow. */
export interface Confinement {
  readonly command: string;
  readonly args: readonly string[];
}

/** What confines a runner whatever the system: no files, no child processes, no workers; without `hasJit` no JIT. */
export function runnerFlags(nativeModule: string, hasJit: boolean): string[] {
  return [
    '--no-node-snapshot',
    ...(hasJit ? [] : ['--jitless']),
    '--permission',
    '--allow-addons',
    `--allow-fs-read=${nativeModule}`,
    // Where the system tells how much CPU each of its own threads has used (runner/guest-clock.ts).
    '--allow-fs-read=/proc/self/task/',
    '--disable-warning=SecurityWarning',
    '--disable-warning=ExperimentalWarning',
  ];
}

/** Whether this system lets an ordinary process make an empty network. */
export const hasEmptyNetwork = once(
  async () =>
    process.platform === 'linux' && (await works([...EMPTY_NETWORK, process.execPath, '--version'])),
);

/** Chooses the strongest that this system can do, and logs the choice. */
export async function chooseConfinement(logger: Logger): Promise<Confinement> {
  const emptyNetwork = await hasEmptyNetwork();
  logger.info(
    { emptyNetwork },
    emptyNetwork ? 'runners have no network' : 'runners are confined by Node alone',
  );
  const [unshare, ...namespaces] = EMPTY_NETWORK;
  return emptyNetwork
    ? { command: unshare, args: [...namespaces, process.execPath] }
    : { command: process.execPath, args: [] };
}

function works([command = '', ...args]: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', timeout: PROBE_TIMEOUT_MS });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}
