import { spawn } from 'node:child_process';
import type { Logger } from '@vumi/core';
import { startDeadline } from '@vumi/machine';
import { once } from './once.ts';

/** Runs a command in a network namespace with nothing in it, as a user who is root only there. */
const EMPTY_NETWORK = ['unshare', '--user', '--map-root-user', '--net'] as const;
/**
 * Runs a command that is killed when its parent is. A runner sees the end of its wire, but not while guest code has its
 * thread, and nobody else would end that.
 */
const ENDS_WITH_PARENT = ['setpriv', '--pdeathsig', 'KILL'] as const;
/** Milliseconds that a probe needs at most, of those that it is given. */
const PROBE_MS = 3000;

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

const canEndWithParent = once(
  async () =>
    process.platform === 'linux' && (await works([...ENDS_WITH_PARENT, process.execPath, '--version'])),
);

/** Chooses the strongest that this system can do, and logs the choice. */
export async function chooseConfinement(logger: Logger): Promise<Confinement> {
  const [emptyNetwork, endsWithParent] = await Promise.all([hasEmptyNetwork(), canEndWithParent()]);
  logger.info(
    { emptyNetwork, endsWithParent },
    emptyNetwork ? 'runners have no network' : 'runners are confined by Node alone',
  );
  // The wish to die is forgotten by who becomes root of a namespace, and so comes after it.
  const [command = process.execPath, ...args] = [
    ...(emptyNetwork ? EMPTY_NETWORK : []),
    ...(endsWithParent ? ENDS_WITH_PARENT : []),
    process.execPath,
  ];
  return { command, args };
}

function works([command = '', ...args]: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore' });
    // A machine that is slow must not weaken what confines the apps.
    const deadline = startDeadline({ limitMs: PROBE_MS, pid: child.pid ?? process.pid }, () =>
      child.kill('SIGKILL'),
    );
    const end = (hasWorked: boolean): void => {
      deadline[Symbol.dispose]();
      resolve(hasWorked);
    };
    child.on('error', () => end(false));
    child.on('exit', (code) => end(code === 0));
  });
}
