import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface AppFolders extends Disposable {
  readonly root: string;
  /** The folder of an app whose worker is this text. */
  readonly appOf: (worker: string) => string;
}

export function appFolders(): AppFolders {
  const root = mkdtempSync(join(tmpdir(), 'vumi-kit-'));
  let apps = 0;
  return {
    root,
    appOf: (worker) => {
      const folder = join(root, String((apps += 1)));
      mkdirSync(join(folder, 'workers'), { recursive: true });
      writeFileSync(join(folder, 'workers/worker.js'), worker);
      return folder;
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}
