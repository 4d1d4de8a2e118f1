import { execFile } from 'node:child_process';
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { ROOT, VERSION } from './workspaces.ts';

const run = promisify(execFile);
const MODULES = { index: 'sdk/index.ts', talks: 'sdk/talks/index.ts' } as const;
const KIT = ['sdk/testing/api.ts', 'sdk/testing/scenario.ts'] as const;
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
  for (const file of ['vumi.schema.json', 'globals.d.ts', 'README.md'])
    await copyFile(join(ROOT, 'sdk', file), join(place, file));
  await writeFile(join(place, 'testing.js'), "export * from '@vumi/cli/testing';\n");
  await writeFile(
    join(place, 'types/testing.d.ts'),
    [
      "export type * from './sdk/testing/api.js';",
      "export type * from './sdk/testing/scenario.js';",
      "export declare const openWorld: import('./sdk/testing/api.js').OpenWorld;",
      "export declare const defineScenario: import('./sdk/testing/scenario.js').DefineScenario;",
      '',
    ].join('\n'),
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
      './globals': { types: './globals.d.ts' },
      './talks': { types: './types/sdk/talks/index.d.ts', default: './talks.js' },
      './testing': { types: './types/testing.d.ts', default: './testing.js' },
    },
    peerDependencies: { '@vumi/cli': VERSION },
    peerDependenciesMeta: { '@vumi/cli': { optional: true } },
  };
}

/**
 * A module that the compiler first meets under its package's name (as `@vumi/sdk`, of the test kit) counts as
 * another package's and is left out, and which way it meets it first is chance: so every module is named to it, and
 * what nothing of the entries speaks of goes again.
 */
async function writeTypes(folder: string): Promise<void> {
  const typescript = createRequire(join(ROOT, 'package.json')).resolve('typescript/package.json');
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', ROOT];
  const config = join(folder, '../tsconfig.json');
  await writeFile(
    config,
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: { types: [], typeRoots: [] },
      include: ['sdk/**/*.ts', 'platform/core/**/*.ts'].map((files) => join(ROOT, files)),
      exclude: ['**/*.test.ts', '**/*.fixture.ts', 'sdk/globals.d.ts'].map((files) => join(ROOT, files)),
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
  const spokenOf = new Set<string>();
  for (const entry of [...Object.values(MODULES), ...KIT]) await makePlain(folder, typesOf(entry), spokenOf);
  for (const name of await readdir(folder, { recursive: true }))
    if (name.endsWith('.d.ts') && !spokenOf.has(name)) await rm(join(folder, name));
}

const typesOf = (module: string) => module.replace(/\.[jt]s$/, '.d.ts');

/** Types as they are beside JavaScript, and none of a package that authors do not have; and those of their imports. */
async function makePlain(folder: string, name: string, done: Set<string>): Promise<void> {
  if (done.has(name)) return;
  done.add(name);
  const file = join(folder, name);
  const core = relative(dirname(file), join(folder, `${CORE_TEXT}.js`));
  const plain = (await readFile(file, 'utf8'))
    .replaceAll(/(['"])@vumi\/core\/text\1/g, `'${core.startsWith('.') ? core : `./${core}`}'`)
    .replaceAll(/((?:from|import\()\s*['"]\.{1,2}\/[^'"]*)\.ts(['"])/g, '$1.js$2');
  await writeFile(file, plain);
  for (const [, module = ''] of plain.matchAll(/(?:from|import\()\s*['"](\.{1,2}\/[^'"]*)['"]/g))
    await makePlain(folder, typesOf(join(dirname(name), module)), done);
}
