import { cp, mkdir, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { BUNDLED, prebundle } from './bundled.ts';
import { dependency, NODES, ROOT, VERSION } from './workspaces.ts';

/** The command, the test kit and the sandbox. Returns its manifest. */
export async function cliPackage(place: string): Promise<object> {
  const program = await build({
    ...BUNDLED,
    entryPoints: {
      main: join(ROOT, 'platform/cli/main.ts'),
      testing: join(ROOT, 'sdk/testing/index.ts'),
    },
    // The sandbox looks for its files one folder above its own.
    outdir: join(place, 'dist'),
    splitting: true,
  });
  const metafiles = [program.metafile];
  for (const { file, text, metafile } of await prebundle()) {
    metafiles.push(metafile);
    await mkdir(dirname(join(place, file)), { recursive: true });
    await writeFile(join(place, file), text);
  }
  for (const part of ['vumi.js', 'templates', 'README.md'])
    await cp(join(ROOT, 'platform/cli', part), join(place, part), { recursive: true });
  // Beside the chunk that reads them.
  for (const page of ['dev/phone-page', 'wall/wall-page'])
    await cp(join(ROOT, 'platform/cli', page), join(place, 'dist', basename(page)), { recursive: true });
  await writeFile(join(place, 'dist/package.json'), JSON.stringify({ type: 'module', version: VERSION }));
  return {
    name: '@vumi/cli',
    version: VERSION,
    description: 'The vumi command: makes, tests and deploys apps',
    license: 'BSD-3-Clause',
    type: 'module',
    bin: { vumi: './vumi.js' },
    exports: { './testing': './dist/testing.js' },
    dependencies: { '@vumi/sdk': VERSION, ...Object.fromEntries(metafiles.flatMap(dependenciesOf)) },
    optionalDependencies: NODES,
    engines: { node: '>=20' },
  };
}

function dependenciesOf({ outputs }: Metafile): [name: string, spec: string][] {
  return (
    Object.values(outputs)
      .flatMap(({ imports }) => imports)
      // A colon stands in what the sandbox resolves by itself.
      .filter(({ external, path }) => external === true && !isBuiltin(path) && !/^@vumi\/sdk|:/.test(path))
      .map(({ path }) => dependency(path))
  );
}
