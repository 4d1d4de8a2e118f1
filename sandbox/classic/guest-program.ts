import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  LIBRARIES_FOLDER,
  packageOf,
  REQUIRABLE,
  UNDECLARED_IN_LIBRARIES,
  type LibrarySet,
} from '@vumi/classic-libraries';
import { build, version, type BuildResult, type OnResolveArgs, type Plugin } from 'esbuild';

const guestFolder = join(import.meta.dirname, '../guest/classic');
/** What the guest imports its libraries from (guest/classic/packages.d.ts). */
const PACKAGES = 'vumi:packages';
const EMPTY = 'vumi:empty';
/** Marks a name that has been translated already. */
const TRANSLATED = Symbol('translated');
/** What libraries ask for and have no use for in the guest: files, and languages that moment would look up by name. */
const LEFT_OUT = /^(fs|\.\/locale\/.*)$/;

/** What is built, and by which build. */
type Built = BuildResult<{ write: false; metafile: true }>;

const shared = {
  bundle: true,
  metafile: true,
  write: false,
  format: 'iife',
  target: 'es2024',
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'silent',
} as const;

/** The libraries as modules that are loaded when they are first called. */
function packagesModule(): string {
  const members = REQUIRABLE.map((name) => `${JSON.stringify(name)}: () => require(${JSON.stringify(name)})`);
  return [
    "export { Buffer } from 'buffer';",
    `export const createCrypto = (host) => require('./crypto/index.ts').createCrypto(host);`,
    `export const libraries = { ${members.join(', ')} };`,
  ].join('\n');
}

/** Gives every library the packages of one set, whatever it would find beside itself. */
function oneOfEach(set: LibrarySet): Plugin {
  return {
    name: 'one-of-each',
    setup(esbuild) {
      const resolve = async ({ path, importer, kind, pluginData }: OnResolveArgs) => {
        if (pluginData === TRANSLATED || kind === 'entry-point') return undefined;
        const [name = '', ...rest] = path.split('/');
        const wanted = [packageOf(set, name, importer), ...rest].join('/');
        return esbuild.resolve(wanted, { kind, resolveDir: LIBRARIES_FOLDER, pluginData: TRANSLATED });
      };
      esbuild.onResolve({ filter: new RegExp(`^${PACKAGES}$`) }, ({ path }) => ({
        path,
        namespace: PACKAGES,
      }));
      esbuild.onResolve({ filter: LEFT_OUT }, ({ path }) => ({ path, namespace: EMPTY }));
      esbuild.onResolve({ filter: /^[@a-z]/ }, resolve);
      esbuild.onLoad({ filter: /.*/, namespace: PACKAGES }, () => ({
        contents: packagesModule(),
        resolveDir: LIBRARIES_FOLDER,
      }));
      esbuild.onLoad({ filter: /.*/, namespace: EMPTY }, () => ({ contents: 'module.exports = {};' }));
    },
  };
}

/** Sloppy, as the libraries were written. */
function buildLibraries(set: LibrarySet): Promise<Built> {
  return build({
    ...shared,
    entryPoints: [join(guestFolder, 'libraries-entry.ts')],
    inject: [join(guestFolder, 'library-globals.ts')],
    globalName: 'vumiLibraries',
    banner: { js: `var ${UNDECLARED_IN_LIBRARIES};` },
    platform: 'browser',
    mainFields: ['browser', 'main'],
    plugins: [oneOfEach(set)],
    tsconfigRaw: { compilerOptions: { alwaysStrict: false } },
  });
}

/** Strict: no function of it shows itself to those that it calls. */
function buildTrusted(): Promise<Built> {
  return build({
    ...shared,
    entryPoints: [join(guestFolder, 'bootstrap.ts')],
    platform: 'neutral',
    tsconfigRaw: { compilerOptions: { alwaysStrict: true } },
  });
}

/** Files that esbuild has read; what stands for a module, or for one that is left out, has a colon after its kind. */
function inputsOf({ metafile }: Built): string[] {
  return Object.keys(metafile.inputs)
    .filter((path) => !/^[\w()-]+:/.test(path))
    .map((path) => resolve(path));
}

export interface GuestProgram {
  /** A script to take a snapshot of. */
  readonly code: string;
  /** Absolute paths of all files that decide what is in it. */
  readonly inputs: readonly string[];
}

/** The version of what bundles it. */
export const BUNDLER = `esbuild ${version}`;

/**
 * Where the code of a classic guest lies in a package of the platform, beside this file. The libraries need versions of each other
 * that only a repository can see to, and so they are built before it is packed.
 */
export function builtGuestFile(set: LibrarySet): string {
  return `guest-${set}.js`;
}

/** The trusted code of a classic guest with the libraries of a set. */
export async function classicGuest(set: LibrarySet): Promise<GuestProgram> {
  const built = join(import.meta.dirname, builtGuestFile(set));
  const code = await readFile(built, 'utf8').catch(() => null);
  return code === null ? buildGuest(set) : { code, inputs: [built] };
}

async function buildGuest(set: LibrarySet): Promise<GuestProgram> {
  const [libraries, trusted] = await Promise.all([buildLibraries(set), buildTrusted()]);
  const own = [import.meta.filename, join(LIBRARIES_FOLDER, 'index.ts')];
  return {
    // In a function, because a script's `var` would stay on the app's global object.
    code: `(function () { ${libraries.outputFiles[0]?.text ?? ''}\n${trusted.outputFiles[0]?.text ?? ''} })()`,
    inputs: [...own, ...inputsOf(libraries), ...inputsOf(trusted)],
  };
}
