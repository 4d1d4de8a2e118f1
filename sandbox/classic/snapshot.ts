import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LIBRARY_SETS, type LibrarySet } from '@vumi/classic-libraries';
import { silentLogger, VumiError } from '@vumi/core';
import { startDeadline } from '@vumi/machine';
import { CLASSIC_LIMITS } from '../limits.ts';
import { findNativeModule } from '../fleet/programs.ts';
import { createRunnerClasses, type RunnerClass } from '../fleet/runner-class.ts';
import { spawnRunner } from '../fleet/runner-process.ts';
import { BUNDLER, classicGuest } from './guest-program.ts';
import { readSnapshotFile, writeSnapshotFile, type MadeSnapshot } from './snapshot-file.ts';

/** Milliseconds that taking one needs at most, of those that its process is given. */
const LIMIT_MS = 30_000;
const RUNNER = {
  jit: 'never',
  lanes: 1,
  memoryMb: CLASSIC_LIMITS.memory_mb,
  rssSoftMb: 300,
  rssHardMb: 600,
  logger: silentLogger,
} as const;

/** What a snapshot is taken by. */
const TAKEN_BY = [
  findNativeModule(),
  import.meta.filename,
  join(import.meta.dirname, '../runner/classic-isolate.ts'),
];

const snapshots = new Map<LibrarySet, Promise<string>>();
/** Where snapshots are kept from one process to the next; null: nowhere. */
let folder: string | null = null;

/** In a process of its own: it takes long enough to hold up whoever waits for a runner's messages. */
async function take(set: LibrarySet, runnerClass: RunnerClass): Promise<MadeSnapshot> {
  const { code, inputs } = await classicGuest(set);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const fail = (how: string): void =>
    reject(new VumiError('runner.lost', `no snapshot of the ${set} libraries could be taken: ${how}`));
  const runner = spawnRunner(runnerClass, {
    onFrame: (_runner, frame) => {
      if (frame[0] === 'snapshot') resolve(frame[1]);
    },
    onExit: (_runner, how) => fail(how),
  });
  try {
    await runner.up();
    using _deadline = startDeadline({ limitMs: LIMIT_MS, pid: runner.pid }, () => fail('it takes too long'));
    runner.send(['snap', JSON.stringify(code)]);
    return { snapshot: await promise, inputs: [...inputs, ...TAKEN_BY] };
  } finally {
    await runner.end();
  }
}

/** All that decides whether this V8 takes a snapshot, beside the files of which it was made. */
function environmentOf({ args }: RunnerClass): string {
  const { version, versions, arch, platform } = process;
  return JSON.stringify([version, versions.v8, arch, platform, BUNDLER, args]);
}

function fileOf(place: string, set: LibrarySet): string {
  return join(place, `classic-${set}.snapshot`);
}

async function readOrTake(set: LibrarySet): Promise<string> {
  const runnerClass = await createRunnerClasses(RUNNER)('classic');
  if (folder === null) return (await take(set, runnerClass)).snapshot;
  const file = fileOf(folder, set);
  const environment = environmentOf(runnerClass);
  const kept = await readSnapshotFile(file, environment);
  if (kept !== null) return kept;
  const made = await take(set, runnerClass);
  // A folder that is full or may not be written costs the next start a second.
  writeSnapshotFile(file, environment, made).catch(() => undefined);
  return made.snapshot;
}

/** The guest of classic apps with a set of libraries, as base64 of its snapshot. Made when it is first asked for. */
export function classicSnapshot(set: LibrarySet): Promise<string> {
  const known = snapshots.get(set);
  if (known !== undefined) return known;
  const made = readOrTake(set);
  snapshots.set(set, made);
  made.catch(() => snapshots.delete(set));
  return made;
}

/**
 * Keeps snapshots in this folder from now on, and gets those ready that an earlier process has kept there: who has no
 * classic apps pays nothing.
 */
export async function keepSnapshotsIn(place: string): Promise<void> {
  folder = place;
  const kept = LIBRARY_SETS.filter((set) => existsSync(fileOf(place, set)));
  await Promise.all(kept.map(classicSnapshot));
}
