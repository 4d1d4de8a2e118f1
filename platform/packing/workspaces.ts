import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports?: string | Readonly<Record<string, string>>;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;
}

const root = manifestOf('.');

export const VERSION = manifestOf('platform/cli').version;

/** Node 24 for those who have an older one. */
export const NODES = root.optionalDependencies ?? {};

/** A part of the repository that is a package of its own in it. */
export interface Workspace {
  readonly folder: string;
  readonly manifest: Manifest;
}

export const workspaces: readonly Workspace[] = (root.workspaces ?? []).map((folder) => ({
  folder,
  manifest: manifestOf(folder),
}));

/** Of all packages that workspaces depend on, which version of what. */
const SPECS = packagesOf(workspaces, 'dependencies');

/** The packages of others that workspaces need, with their versions. */
export function packagesOf(
  some: readonly Workspace[],
  kind: 'dependencies' | 'optionalDependencies',
): Record<string, string> {
  const all = some.flatMap(({ manifest }) => Object.entries(manifest[kind] ?? {}));
  return Object.fromEntries(all.filter(([name]) => !name.startsWith('@vumi/')));
}

/** The package that is imported by this, as a dependency. Throws where no workspace has it. */
export function dependency(imported: string): [name: string, spec: string] {
  const name = imported
    .split('/')
    .slice(0, imported.startsWith('@') ? 2 : 1)
    .join('/');
  const spec = SPECS[name];
  if (spec === undefined)
    throw new Error(`no workspace depends on ${name}, which is imported as ${imported}`);
  return [name, spec];
}

/** What a workspace can be imported as, and the file that this is. */
export function modulesOf({ folder, manifest }: Workspace): [specifier: string, file: string][] {
  const { name, exports = {} } = manifest;
  const files = typeof exports === 'string' ? { '.': exports } : exports;
  return Object.entries(files).map(([path, file]) => [join(name, path), join(folder, file)]);
}
