import { quoted, refusal } from './refusal.ts';
import { inMegabytes, ZIP_LIMITS } from './zip-limits.ts';
import type { UnpackedZip } from './zip-reader.ts';

/** A zip's files by what they are for. */
export interface BundleParts {
  /** Text of `vumi.json`. */
  readonly manifest: string | null;
  /** Text of `package.json`, which tells which libraries a classic app was written for. */
  readonly packageJson: string | null;
  /** Text of `transcript.json`, the app's self-test. */
  readonly transcript: string | null;
  readonly entry: string;
  /** Texts of `workers/**` by path. */
  readonly sources: ReadonlyMap<string, string>;
  /** Texts of `languages/*` by path. */
  readonly languages: ReadonlyMap<string, string>;
  /** What the app's page consists of. */
  readonly assets: ReadonlyMap<string, Buffer>;
  readonly warnings: readonly string[];
}

const MANIFEST = 'vumi.json';
const PACKAGE = 'package.json';
const TRANSCRIPT = 'transcript.json';
const ENTRIES = ['workers/worker.js', 'workers/worker.ts'] as const;
const LANGUAGE = /^languages\/[^/]+\.(po|json)$/;
const SOURCE = /^workers\/.*\.(js|mjs|ts|json)$/;
/** Files for people, which nobody misses in the app. */
const FOR_PEOPLE = /^(README|LICEN[CS]E)[^/]*$|^transcript\.[^/]*$|^package\.json$/i;
const MOST_NAMED = 5;

type Part = 'manifest' | 'source' | 'language' | 'asset' | 'map' | 'for-people' | 'other';

function partOf(path: string): Part {
  if (path === MANIFEST) return 'manifest';
  if (SOURCE.test(path)) return 'source';
  if (LANGUAGE.test(path)) return 'language';
  if (path === 'index.html') return 'asset';
  if (path.startsWith('assets/')) return path.toLowerCase().endsWith('.map') ? 'map' : 'asset';
  return FOR_PEOPLE.test(path) ? 'for-people' : 'other';
}

/** UTF-8 with or without a byte order mark; NUL is no character of a program. */
function decodeText(path: string, bytes: Buffer): string {
  const wrong = (): Error =>
    refusal(
      'text-encoding',
      `${quoted(path)} is not text in UTF-8. Save it as UTF-8 and make the zip anew.`,
      path,
    );
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw wrong();
  }
  if (text.includes('\0')) throw wrong();
  return text;
}

function decodeTexts(
  files: readonly (readonly [string, Buffer])[] = [],
  folder: 'workers' | 'languages',
): Map<string, string> {
  const size = files.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  if (size > ZIP_LIMITS[folder]) {
    const largest = files.toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0];
    const text = `The files of ${folder}/ are larger than ${inMegabytes(ZIP_LIMITS[folder])} together. Make them smaller.`;
    throw refusal(folder === 'workers' ? 'worker-too-large' : 'languages-too-large', text, largest);
  }
  return new Map(files.map(([path, bytes]) => [path, decodeText(path, bytes)]));
}

function findEntry(sources: ReadonlyMap<string, string>, folders: ReadonlySet<string>): string {
  const found = ENTRIES.filter((path) => sources.has(path));
  const [entry] = found;
  if (found.length > 1) {
    throw refusal(
      'worker-twice',
      'The zip has workers/worker.js and workers/worker.ts. Leave one out.',
      ENTRIES[1],
    );
  }
  if (entry !== undefined) return entry;
  const folder = ENTRIES.find((path) => folders.has(path));
  if (folder !== undefined) {
    throw refusal('worker-is-folder', `${folder} is a folder. Make it a file with the app's code.`, folder);
  }
  const text =
    'The zip has no workers/worker.js (or workers/worker.ts), in lower case. Put the code of the app there.';
  throw refusal('worker-missing', text, ENTRIES[0]);
}

function naming(paths: readonly string[]): string {
  const more = paths.length > MOST_NAMED ? ` and ${paths.length - MOST_NAMED} more` : '';
  return `${paths.slice(0, MOST_NAMED).join(', ')}${more}`;
}

/** Sorts the files of a zip. Throws `bundle.refused` for what is missing, too large or no text. */
export function sortParts({ files, folders, hasMacOsLeftovers }: UnpackedZip): BundleParts {
  const byPart = Map.groupBy(files, ([path]) => partOf(path));
  const sources = decodeTexts(byPart.get('source'), 'workers');
  const entry = findEntry(sources, folders);
  const manifest = files.get(MANIFEST);
  const packageJson = files.get(PACKAGE);
  const transcript = files.get(TRANSCRIPT);
  const maps = (byPart.get('map') ?? []).map(([path]) => path);
  const others = (byPart.get('other') ?? []).map(([path]) => path);
  return {
    manifest: manifest === undefined ? null : decodeText(MANIFEST, manifest),
    packageJson: packageJson === undefined ? null : decodeText(PACKAGE, packageJson),
    transcript: transcript === undefined ? null : decodeText(TRANSCRIPT, transcript),
    entry,
    sources,
    languages: decodeTexts(byPart.get('language'), 'languages'),
    assets: new Map(byPart.get('asset')),
    warnings: [
      ...(hasMacOsLeftovers ? ['Left out what macOS adds to a zip: __MACOSX, .DS_Store'] : []),
      ...(maps.length > 0
        ? [`Left out source maps, which would show your sources to everybody: ${naming(maps)}`]
        : []),
      ...(others.length > 0 ? [`Left out what is no part of an app: ${naming(others)}`] : []),
    ],
  };
}
