import { cp, mkdir, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { dependency, NODES, ROOT, VERSION } from './workspaces.ts';

/** What the sandbox bundles by itself, when it needs it, from these places in its own folder. */
const OF_THE_SANDBOX = [
  'runner/main.ts',
  'guest/bootstrap.ts',
  'guest/classic/bootstrap.ts',
  'guest/classic/libraries-entry.ts',
  'guest/classic/library-globals.ts',
  ...['base64', 'crypto', 'structured-clone', 'text-coding', 'url'].map((name) => `guest/web/${name}.ts`),
];

/** Workspaces are inlined, but for the SDK, which is a package of its own; other packages are dependencies. */
const workspacesInline: Plugin = {
  name: 'workspaces-inline',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^@vumi\/sdk(\/|$)/ }, ({ path }) => ({ path, external: true }));
    esbuild.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@vumi/') ? null : { path, external: true },
    );
  },
};

const shared = {
  bundle: true,
  format: 'esm' as const,
  platform: 'node' as const,
  target: 'node24',
  metafile: true as const,
  logLevel: 'silent' as const,
  plugins: [workspacesInline],
} satisfies BuildOptions;

/** The command, the test kit and the sandbox. Returns its manifest. */
export async function cliPackage(place: string): Promise<object> {
  const program = await build({
    ...shared,
    entryPoints: {
      main: join(ROOT, 'platform/cli/main.ts'),
      testing: join(ROOT, 'sdk/testing/index.ts'),
    },
    // The sandbox looks for its files one folder above its own.
    outdir: join(place, 'dist'),
    splitting: true,
  });
  const metafiles = [program.metafile];
  for (const file of OF_THE_SANDBOX) metafiles.push(await prebundle(file, place));
  for (const part of ['vumi.js', 'templates'])
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

/** A file that the sandbox bundles, without imports of workspaces. It keeps its name: what is in it is no types any more. */
async function prebundle(file: string, place: string): Promise<Metafile> {
  const { outputFiles, metafile } = await build({
    ...shared,
    entryPoints: [join(ROOT, 'sandbox', file)],
    write: false,
    platform: file.startsWith('runner') ? 'node' : 'neutral',
  });
  await mkdir(dirname(join(place, file)), { recursive: true });
  await writeFile(join(place, file), outputFiles[0]?.text ?? '');
  return metafile;
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
