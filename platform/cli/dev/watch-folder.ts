import { relative, sep } from 'node:path';
import { sleep } from '@vumi/core';
import { watch } from 'chokidar';

/** Editors write a file in several steps. */
const QUIET_MS = 50;

/**
 * Gives a word each time that files of the folder have changed and then rested for a moment. Hidden ones do not count.
 * Node's own watcher hears no more of a file that an editor has replaced by another of its name.
 */
export async function* changesIn(folder: string, signal: AbortSignal): AsyncGenerator<void> {
  let changed = Promise.withResolvers<void>();
  let last = 0;
  const watcher = watch(folder, {
    ignoreInitial: true,
    ignored: (path) =>
      relative(folder, path)
        .split(sep)
        .some((part) => part.startsWith('.') || part === 'node_modules'),
  });
  watcher.on('all', () => {
    last = performance.now();
    changed.resolve();
  });
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  try {
    while (!signal.aborted) {
      await Promise.race([changed.promise, stopped]);
      if (signal.aborted) return;
      while (performance.now() - last < QUIET_MS) await sleep(QUIET_MS);
      changed = Promise.withResolvers<void>();
      yield;
    }
  } finally {
    await watcher.close();
  }
}
