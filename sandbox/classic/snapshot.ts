import type { LibrarySet } from '@vumi/classic-libraries';
import { silentLogger, VumiError } from '@vumi/core';
import { CLASSIC_LIMITS } from '../limits.ts';
import { createRunnerClasses } from '../supervisor/runner-class.ts';
import { spawnRunner } from '../supervisor/runner-process.ts';
import { classicGuest } from './guest-program.ts';

const TIMEOUT_MS = 30_000;
const RUNNER = {
  jit: 'never',
  lanes: 1,
  memoryMb: CLASSIC_LIMITS.memory_mb,
  rssSoftMb: 300,
  rssHardMb: 600,
  logger: silentLogger,
} as const;

const snapshots = new Map<LibrarySet, Promise<string>>();

/** In a process of its own: it takes long enough to hold up whoever waits for a runner's messages. */
async function take(set: LibrarySet): Promise<string> {
  const [code, runnerClass] = await Promise.all([classicGuest(set), createRunnerClasses(RUNNER)('classic')]);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const fail = (how: string): void =>
    reject(new VumiError('runner.lost', `no snapshot of the ${set} libraries could be taken: ${how}`));
  const runner = spawnRunner(runnerClass, {
    onFrame: (_runner, frame) => {
      if (frame[0] === 'snapshot') resolve(frame[1]);
    },
    onExit: (_runner, how) => fail(how),
  });
  const timer = setTimeout(() => fail('it takes too long'), TIMEOUT_MS);
  try {
    await runner.up();
    runner.send(['snap', JSON.stringify(code)]);
    return await promise;
  } finally {
    clearTimeout(timer);
    await runner.end();
  }
}

/** The guest of classic apps with a set of libraries, as base64 of its snapshot. Taken when it is first asked for. */
export function classicSnapshot(set: LibrarySet): Promise<string> {
  const known = snapshots.get(set);
  if (known !== undefined) return known;
  const taken = take(set);
  snapshots.set(set, taken);
  taken.catch(() => snapshots.delete(set));
  return taken;
}
