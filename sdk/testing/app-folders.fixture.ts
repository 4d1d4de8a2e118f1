import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface AppFolders extends Disposable {
  readonly root: string;
  /** The folder of an app whose worker is this text; with further files by path. */
  readonly appOf: (worker: string, files?: Readonly<Record<string, string>>) => string;
}

export function appFolders(): AppFolders {
  const root = mkdtempSync(join(tmpdir(), 'vumi-kit-'));
  let apps = 0;
  return {
    root,
    appOf: (worker, files = {}) => {
      const folder = join(root, String((apps += 1)));
      for (const [name, text] of Object.entries({ 'workers/worker.js': worker, ...files })) {
        mkdirSync(join(folder, name, '..'), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
      return folder;
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}
