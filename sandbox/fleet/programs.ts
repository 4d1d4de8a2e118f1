import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { RunnerSettings } from '../runner/main.ts';
import { once } from './once.ts';

const sandboxFolder = join(import.meta.dirname, '..');
const TARGET = 'es2024';

/**
 * The one file that a runner reads: the native half of isolated-vm. Found here, because the loader of that package
 * looks around in the file system, which a runner may not.
 */
export function findNativeModule(): string {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('isolated-vm');
  const builds = createRequire(entry)('node-gyp-build') as { path(folder: string): string };
  return builds.path(dirname(entry));
}

function nativeIsolatedVm(file: string): Plugin {
  return {
    name: 'native-isolated-vm',
    setup(build) {
      build.onResolve({ filter: /^isolated-vm$/ }, () => ({ path: 'isolated-vm', namespace: 'native' }));
      build.onResolve({ filter: /\.node$/ }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /.*/, namespace: 'native' }, () => ({
        contents: `module.exports = require(${JSON.stringify(file)}).ivm;`,
      }));
    },
  };
}

/** The trusted code inside an SDK app's guest as one script, whose value is its entries. */
export const buildGuest = once(async (): Promise<string> => {
  const built = await build({
    entryPoints: [join(sandboxFolder, 'guest/bootstrap.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'vumiGuest',
    platform: 'neutral',
    target: TARGET,
    minifySyntax: true,
  });
  // In a function, because a script's `var` would stay on the tenant's global object.
  return `(function () { ${built.outputFiles[0]?.text ?? ''}\nreturn vumiGuest.entries; })()`;
});

/** The runner as one script: type stripping needs WebAssembly, which `--jitless` takes away. */
export async function buildRunner(settings: RunnerSettings): Promise<string> {
  return `const RUNNER_SETTINGS = ${JSON.stringify(settings)};\n${await bundleRunner()}`;
}

export const bundleRunner = once(async (): Promise<string> => {
  const built = await build({
    entryPoints: [join(sandboxFolder, 'runner/main.ts')],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    plugins: [nativeIsolatedVm(findNativeModule())],
  });
  return built.outputFiles[0]?.text ?? '';
});
