import { join } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { ROOT } from './workspaces.ts';

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

/** How a package's modules are bundled. */
export const BUNDLED = {
  bundle: true,
  format: 'esm' as const,
  platform: 'node' as const,
  target: 'node24',
  metafile: true as const,
  logLevel: 'silent' as const,
  plugins: [workspacesInline],
} satisfies BuildOptions;

interface Prebundled {
  /** In the sandbox's folder. It keeps its name: what is in it is no types any more. */
  readonly file: string;
  readonly text: string;
  readonly metafile: Metafile;
}

/** The files that the sandbox bundles, without imports of workspaces. */
export function prebundle(): Promise<Prebundled[]> {
  return Promise.all(
    OF_THE_SANDBOX.map(async (file) => {
      const { outputFiles, metafile } = await build({
        ...BUNDLED,
        entryPoints: [join(ROOT, 'sandbox', file)],
        write: false,
        platform: file.startsWith('runner') ? 'node' : 'neutral',
      });
      return { file, text: outputFiles[0]?.text ?? '', metafile };
    }),
  );
}
