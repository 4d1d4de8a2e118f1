import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cliPackage } from './cli-package.ts';
import { platformPackage } from './platform-package.ts';
import { sdkPackage } from './sdk-package.ts';

const run = promisify(execFile);
const PACKAGES = { sdk: sdkPackage, cli: cliPackage, platform: platformPackage };

/**
 * Makes what is installed: `@vumi/sdk`, which has no dependencies; `@vumi/cli`, the command with the test kit and the sandbox that
 * both run apps in; and `@vumi/platform` (decision 0040). Returns the paths of the tarballs.
 */
export async function pack(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const staging = await mkdtemp(join(tmpdir(), 'vumi-pack-'));
  try {
    const tarballs: string[] = [];
    for (const [name, make] of Object.entries(PACKAGES)) {
      const place = join(staging, name);
      await mkdir(place);
      const manifest = await make(place);
      await writeFile(join(place, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
      const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: place });
      const [packed] = JSON.parse(stdout) as { filename: string }[];
      tarballs.push(join(folder, packed?.filename ?? ''));
    }
    return tarballs;
  } finally {
    await rm(staging, { recursive: true });
  }
}
