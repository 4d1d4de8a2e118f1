import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync, type BuildFailure, type BuildOptions } from 'esbuild';
import { errorText, VumiError } from '@vumi/core';

/** Where packages of npm lie in a bundle, each as one file by the name that a worker imports it by. */
const PACKAGES_AT = 'workers/npm/';
const SDK = '@vumi/sdk';
/** Whether there is anything to look for: most workers import their own files and the SDK. */
const IMPORTS_PACKAGE = /(?:\bfrom|\bimport)\s*\(?\s*["'](?!\.{0,2}\/|@vumi\/sdk["'])/;

const shared = {
  bundle: true,
  write: false,
  metafile: true,
  logLevel: 'silent',
  platform: 'neutral',
  target: 'es2024',
} as const satisfies BuildOptions;

/** The file of a bundle that stands for a package, or for a part of one. */
export function fileOfPackage(specifier: string): string {
  return `${PACKAGES_AT}${specifier}.js`;
}

/** Whether a file of a bundle is another's than the author's. */
export function isOfPackage(path: string): boolean {
  return path.startsWith(PACKAGES_AT);
}

/**
 * The packages of npm that a worker imports and that are installed where it lies: the text of each, by its file in the bundle. The
 * platform compiles what lies in a bundle, and installs nothing. Throws `bundle.refused` for a package that needs what no app has.
 */
export function packagesOf(entry: string, sources: Iterable<string>): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  if (![...sources].some((text) => IMPORTS_PACKAGE.test(text))) return files;
  for (const specifier of packagesImported(entry)) {
    const text = bundled(specifier, join(entry, '..'));
    if (text !== null) files.set(fileOfPackage(specifier), text);
  }
  return files;
}

/** What does not compile imports nothing here: the platform says what is wrong with it. */
function packagesImported(entry: string): string[] {
  try {
    const { metafile } = buildSync({ ...shared, entryPoints: [entry], packages: 'external' });
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    // A `require` is a classic app's, which the platform gives its libraries.
    const external = imports.filter(({ external: is, kind }) => is === true && kind !== 'require-call');
    return [...new Set(external.map(({ path }) => path))].filter((path) => path !== SDK);
  } catch {
    return [];
  }
}

/** Null where it is not installed. Written for `require` it stays so: a bundler gives its members names, and we do not know them. */
function bundled(specifier: string, folder: string): string | null {
  const build = (format: 'esm' | 'cjs') =>
    buildSync({
      ...shared,
      entryPoints: [specifier],
      absWorkingDir: folder,
      mainFields: ['module', 'main'],
      minify: true,
      format,
      legalComments: 'none',
    });
  try {
    const { metafile, outputFiles } = build('esm');
    const [{ entryPoint = '' } = {}] = Object.values(metafile.outputs);
    const files = metafile.inputs[entryPoint]?.format === 'cjs' ? build('cjs').outputFiles : outputFiles;
    return files[0]?.text ?? null;
  } catch (error) {
    if (!isInstalled(specifier, folder)) return null;
    const text = `the package "${specifier}" cannot be part of an app: ${reasonOf(error)}`;
    throw new VumiError('bundle.refused', text, { cause: error });
  }
}

function isInstalled(specifier: string, folder: string): boolean {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (existsSync(join(folder, 'node_modules', name))) return true;
  const above = join(folder, '..');
  return above !== folder && isInstalled(name, above);
}

function reasonOf(error: unknown): string {
  const [first] = (error as Partial<BuildFailure>).errors ?? [];
  return first === undefined ? errorText(error) : first.text;
}
