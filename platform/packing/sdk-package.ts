import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { ROOT, VERSION } from './workspaces.ts';

const run = promisify(execFile);
const MODULES = { index: 'sdk/index.ts', talks: 'sdk/talks/index.ts' } as const;
const KIT = 'sdk/testing/api.ts';
/** What of other workspaces the SDK's types speak of. */
const CORE_TEXT = 'platform/core/text/index';

/** What apps import, with its types. Returns its manifest. */
export async function sdkPackage(place: string): Promise<object> {
  await build({
    entryPoints: Object.fromEntries(Object.entries(MODULES).map(([name, file]) => [name, join(ROOT, file)])),
    outdir: place,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2024',
    logLevel: 'silent',
  });
  await writeTypes(join(place, 'types'));
  await writeFile(join(place, 'testing.js'), "export * from '@vumi/cli/testing';\n");
  await writeFile(
    join(place, 'types/testing.d.ts'),
    "export type * from './sdk/testing/api.js';\nexport declare const openWorld: import('./sdk/testing/api.js').OpenWorld;\n",
  );
  return {
    name: '@vumi/sdk',
    version: VERSION,
    description: 'What apps on Vumi import',
    license: 'BSD-3-Clause',
    type: 'module',
    sideEffects: false,
    exports: {
      '.': { types: './types/sdk/index.d.ts', default: './index.js' },
      './talks': { types: './types/sdk/talks/index.d.ts', default: './talks.js' },
      './testing': { types: './types/testing.d.ts', default: './testing.js' },
    },
    peerDependencies: { '@vumi/cli': VERSION },
    peerDependenciesMeta: { '@vumi/cli': { optional: true } },
  };
}

async function writeTypes(folder: string): Promise<void> {
  const typescript = createRequire(join(ROOT, 'package.json')).resolve('typescript/package.json');
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', ROOT];
  const files = [...Object.values(MODULES), KIT, `${CORE_TEXT}.ts`].map((file) => join(ROOT, file));
  const config = join(folder, '../tsconfig.json');
  await writeFile(
    config,
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: { types: [], typeRoots: [] },
      include: [],
      files,
    }),
  );
  await run(process.execPath, [
    join(dirname(typescript), 'bin/tsc'),
    '-p',
    config,
    ...options,
    '--outDir',
    folder,
  ]);
  await rm(config);
  for (const name of await readdir(folder, { recursive: true }))
    if (name.endsWith('.d.ts')) await makePlain(folder, name);
}

/** Types as they are beside JavaScript, and none of a package that authors do not have. */
async function makePlain(folder: string, name: string): Promise<void> {
  const file = join(folder, name);
  const core = relative(dirname(file), join(folder, `${CORE_TEXT}.js`));
  const text = await readFile(file, 'utf8');
  const plain = text
    .replaceAll(/(['"])@vumi\/core\/text\1/g, `'${core.startsWith('.') ? core : `./${core}`}'`)
    .replaceAll(/((?:from|import\()\s*['"]\.{1,2}\/[^'"]*)\.ts(['"])/g, '$1.js$2');
  await writeFile(file, plain);
}
