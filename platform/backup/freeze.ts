import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { VumiError } from '@vumi/core';

const POLL_MS = 1;
/** Lets the processes go on when its input ends, whatever ends this process. */
const GUARD = 'read -r _; kill -CONT "$@"';

/**
 * Runs `work` while none of the processes does anything, and tells for how long that was, in milliseconds. What they
 * have in files then is what they would leave behind if they were killed at that moment. `config.invalid` where processes cannot be
 * held (Windows).
 */
export async function whileFrozen<T>(
  pids: readonly number[],
  work: () => Promise<T>,
): Promise<{ result: T; frozenMs: number }> {
  if (pids.length === 0) return { result: await work(), frozenMs: 0 };
  if (process.platform === 'win32') {
    throw new VumiError(
      'config.invalid',
      'a platform that runs cannot be backed up on Windows: stop it first',
    );
  }
  const guard = spawn('sh', ['-c', GUARD, 'sh', ...pids.map(String)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(guard, 'spawn');
  const since = performance.now();
  try {
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    while (!pids.every(isStopped)) await pause(POLL_MS);
    const result = await work();
    return { result, frozenMs: performance.now() - since };
  } finally {
    await thaw(guard);
  }
}

async function thaw(guard: ChildProcess): Promise<void> {
  const closed = once(guard, 'close');
  guard.stdin?.end();
  await closed;
}

/** Each thread stops by itself. Where the system does not tell, a stop is as good as immediate. */
function isStopped(pid: number): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readdirSync(`/proc/${pid}/task`).every((thread) => stateOf(pid, thread) !== 'running');
  } catch {
    // It has ended.
    return true;
  }
}

function stateOf(pid: number, thread: string): 'running' | 'stopped' {
  try {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    // The second field is the name in brackets, which may hold anything; the state follows.
    return 'TtXZ'.includes(stat.charAt(stat.lastIndexOf(')') + 2)) ? 'stopped' : 'running';
  } catch {
    return 'stopped';
  }
}
