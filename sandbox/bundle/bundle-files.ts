import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path/posix';
import {
  build,
  type Loader,
  type OnLoadArgs,
  type OnLoadResult,
  type OnResolveArgs,
  type Plugin,
} from 'esbuild';
import { fileOfPackage } from './npm-packages.ts';
import { loadWebGlobal } from './web-globals.ts';

/** esbuild's name for the files of the bundle. */
export const NAMESPACE = 'bundle';
const SDK = '@vumi/sdk';
const SDK_NAMESPACE = 'sdk';
/** esbuild's name for what stands in for globals of browsers. */
export const WEB_NAMESPACE = 'web';
const EXTENSIONS = ['.js', '.ts', '.mjs', '.json'] as const;
const LOADERS: Readonly<Record<string, Loader>> = { '.js': 'js', '.mjs': 'js', '.ts': 'ts', '.json': 'json' };
const ALLOWED =
  'A worker can import files of its own workers folder, such as "./menu.js", "@vumi/sdk", and packages of npm that are installed in ' +
  'the folder that "vumi" deploys.';
/** With the comment intact, esbuild would read the map that it names from the platform's own disk. */
const SOURCE_MAP_COMMENT = /([#@]\s*)sourceMappingURL=/g;

let sdk: Promise<string> | null = null;

/** The SDK as one module, so that a worker is compiled without any file but its own. */
async function buildSdk(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve(SDK);
  const built = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    logLevel: 'silent',
  });
  return built.outputFiles[0]?.text ?? '';
}

async function loadSdk(): Promise<OnLoadResult> {
  sdk ??= buildSdk();
  try {
    return { contents: await sdk, loader: 'js' };
  } catch (error) {
    sdk = null;
    throw error;
  }
}

/** What an import in `importer` means; `./menu.js` may stand for `menu.ts`, as in TypeScript. */
function findSource(
  sources: ReadonlyMap<string, string>,
  importer: string,
  wanted: string,
): string | undefined {
  const path = join(dirname(importer), wanted);
  const asTypeScript = path.replace(/\.js$/, '.ts');
  return [path, ...EXTENSIONS.map((extension) => path + extension), asTypeScript].find((file) =>
    sources.has(file),
  );
}

function resolve(sources: ReadonlyMap<string, string>, { path, importer, kind }: OnResolveArgs) {
  if (kind === 'entry-point' && path.startsWith(`${WEB_NAMESPACE}:`))
    return { path: path.slice(WEB_NAMESPACE.length + 1), namespace: WEB_NAMESPACE, sideEffects: false };
  // esbuild puts "./" before the name where a file of that name lies in the working directory, as in an app's own folder.
  if (kind === 'entry-point') return { path: path.replace(/^\.\//, ''), namespace: NAMESPACE };
  if (path === SDK) return { path, namespace: SDK_NAMESPACE, sideEffects: false };
  const ofPackage = fileOfPackage(path);
  if (sources.has(ofPackage)) return { path: ofPackage, namespace: NAMESPACE };
  if (!/^\.\.?\//.test(path))
    return { errors: [{ text: `${JSON.stringify(path)} cannot be imported. ${ALLOWED}` }] };
  const file = findSource(sources, importer, path);
  if (file !== undefined) return { path: file, namespace: NAMESPACE };
  return {
    errors: [{ text: `The zip has no ${JSON.stringify(join(dirname(importer), path))}. ${ALLOWED}` }],
  };
}

function load(sources: ReadonlyMap<string, string>, { path, namespace, with: attributes }: OnLoadArgs) {
  const contents = sources.get(path);
  if (namespace !== NAMESPACE || contents === undefined) {
    return { errors: [{ text: `${JSON.stringify(path)} cannot be imported. ${ALLOWED}` }] };
  }
  const loader = LOADERS[extname(path)] ?? 'js';
  const isPlain = Object.entries(attributes).every(([key, value]) => key === 'type' && value === loader);
  if (!isPlain) return { errors: [{ text: `${JSON.stringify(path)} can only be imported as what it is.` }] };
  return { contents: contents.replace(SOURCE_MAP_COMMENT, '$1sourceMappingURL:'), loader };
}

/** Gives esbuild the files of the bundle instead of the file system. */
export function bundleFiles(sources: ReadonlyMap<string, string>): Plugin {
  return {
    name: NAMESPACE,
    setup(esbuild) {
      esbuild.onResolve({ filter: /.*/ }, (wanted) => resolve(sources, wanted));
      esbuild.onLoad({ filter: /.*/, namespace: SDK_NAMESPACE }, loadSdk);
      esbuild.onLoad({ filter: /.*/, namespace: WEB_NAMESPACE }, async ({ path }) => ({
        contents: await loadWebGlobal(path),
        loader: 'js',
      }));
      esbuild.onLoad({ filter: /.*/ }, (wanted) => load(sources, wanted));
    },
  };
}
