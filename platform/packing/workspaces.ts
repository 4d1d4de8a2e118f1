import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

interface Manifest {
  readonly version: string;
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

/** Of all packages that workspaces depend on, which version of what. */
const SPECS: Readonly<Record<string, string>> = Object.assign(
  {},
  ...(root.workspaces ?? []).map((folder) => manifestOf(folder).dependencies ?? {}),
) as Readonly<Record<string, string>>;

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
