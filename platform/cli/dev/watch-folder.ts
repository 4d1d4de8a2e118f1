import { watch } from 'node:fs';
import { sleep } from '@vumi/core';

/** Editors write a file in several steps. */
const QUIET_MS = 50;

/** Gives a word each time that files of the folder have changed and then rested for a moment. Hidden ones do not count. */
export async function* changesIn(folder: string, signal: AbortSignal): AsyncGenerator<void> {
  let changed = Promise.withResolvers<void>();
  let last = 0;
  const watcher = watch(folder, { recursive: true, signal }, (_event, name) => {
    if (name !== null && /(?:^|[/\\])(?:\.|node_modules)/.test(name)) return;
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
    watcher.close();
  }
}
