import type { LibrarySet } from '@vumi/classic-libraries';
import { errorText } from '@vumi/core';
import { intersects, validRange } from 'semver';

/** Which libraries an app gets, and why, as the end of a sentence. */
export interface LibraryChoice {
  readonly libraries: LibrarySet;
  readonly reason: string;
}

/** Packages that differ between the sets: the first version that belongs to the modern one. What comes first, decides. */
const FIRST_MODERN: readonly (readonly [name: string, version: string])[] = [
  ['vumigo_v02', '0.3.0'],
  ['lodash', '3.0.0'],
  ['go-jsbox-metrics-helper', '0.2.0'],
  ['seed-jsbox-utils', '0.5.0'],
  ['go-jsbox-ona', '0.1.0'],
];
/** The toolkit before `vumigo_v02`: whatever its version. */
const FIRST_TOOLKIT = 'vumigo_v01';
/** What stands before the version in `npm:name@1`, `owner/name#v1`, `…/archive/v1.tar.gz`. */
const BEFORE_VERSION = /^npm:.*@|^.*[#/](?:semver:)?/;

const PRERELEASES = { includePrerelease: true } as const;

/** A range as npm reads it; null for a branch, a tag and what else does not say. */
function rangeOf(text: string): string | null {
  const version = text.replace(BEFORE_VERSION, '').replace(/\.(tar\.gz|tgz)$/, '');
  return validRange(text, PRERELEASES) ?? validRange(version, PRERELEASES);
}

function setOf(text: string, firstModern: string): LibrarySet | null {
  const range = rangeOf(text);
  if (range === null) return null;
  const isOld = intersects(range, `<${firstModern}-0`, PRERELEASES);
  const isNew = intersects(range, `>=${firstModern}`, PRERELEASES);
  if (isOld === isNew) return null;
  return isNew ? 'modern' : 'legacy';
}

const LISTS = ['optionalDependencies', 'peerDependencies', 'devDependencies', 'dependencies'] as const;

function rangesIn(packageJson: string): Map<string, string> {
  const parsed: unknown = JSON.parse(packageJson);
  const lists = typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  const entries = LISTS.flatMap((list) => Object.entries(lists[list] ?? {}));
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function choose(ranges: ReadonlyMap<string, string>): LibraryChoice | null {
  for (const [name, firstModern] of FIRST_MODERN) {
    const range = ranges.get(name);
    const libraries = range === undefined ? null : setOf(range, firstModern);
    if (libraries !== null) return { libraries, reason: `package.json asks for ${name} ${range}` };
  }
  if (!ranges.has(FIRST_TOOLKIT)) return null;
  return { libraries: 'legacy', reason: `package.json asks for ${FIRST_TOOLKIT}` };
}

/** What the dependencies in a `package.json` say of the libraries; nothing when they allow both sets or none. */
export function librariesOfPackage(packageJson: string | null): {
  choice: LibraryChoice | null;
  warnings: string[];
} {
  if (packageJson === null) return { choice: null, warnings: [] };
  try {
    return { choice: choose(rangesIn(packageJson)), warnings: [] };
  } catch (error) {
    return {
      choice: null,
      warnings: [`package.json is not JSON and says nothing of libraries: ${errorText(error)}`],
    };
  }
}
