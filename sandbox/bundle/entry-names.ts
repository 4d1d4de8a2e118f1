import { quoted, refusal, type RefusalReason } from './refusal.ts';
import { ZIP_LIMITS } from './zip-limits.ts';

/** Names that Windows gives to devices, whatever follows the dot. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const ALLOWED = /^[A-Za-z0-9._/-]+$/;

/** What macOS puts into its zips beside the files. */
export function isMacOsLeftover(name: string): boolean {
  return name.startsWith('__MACOSX/') || name === '.DS_Store' || name.endsWith('/.DS_Store');
}

type Rule = readonly [RefusalReason, (name: string, parts: readonly string[]) => boolean, string];

/** Rules for the names of all entries, of what is ignored as well. */
const PATH_RULES: readonly Rule[] = [
  [
    'name-backslash',
    (name) => name.includes('\\'),
    'has a backslash. Make the zip with a tool that writes "/"',
  ],
  [
    'name-absolute',
    (name) => name.startsWith('/'),
    'is an absolute path. Zip the files by their relative paths',
  ],
  ['name-drive', (name) => /^[A-Za-z]:/.test(name), 'names a drive. Zip the files by their relative paths'],
  [
    'name-traversal',
    (_name, parts) => parts.some((part) => part === '..' || part === '.'),
    'points out of its folder. Zip the files by their relative paths',
  ],
  ['name-empty-part', (_name, parts) => parts.includes(''), 'has an empty part. Make the zip anew'],
  [
    'name-too-long',
    (name) => name.length > ZIP_LIMITS.path,
    `is longer than ${ZIP_LIMITS.path} characters. Shorten it`,
  ],
  [
    'name-too-deep',
    (_name, parts) => parts.length > ZIP_LIMITS.depth,
    `lies more than ${ZIP_LIMITS.depth} folders deep. Move it up`,
  ],
];

/** Rules for the names of files that could become part of the app. */
const NAME_RULES: readonly Rule[] = [
  [
    'name-characters',
    (name) => !ALLOWED.test(name),
    'has other characters than a-z, A-Z, 0-9, ".", "_" and "-", such as a space. Rename it',
  ],
  [
    'dotfile',
    (_name, parts) => parts.some((part) => part.startsWith('.')),
    'starts with a dot. Leave it out of the zip',
  ],
  [
    'name-reserved',
    (_name, parts) => parts.some((part) => RESERVED.test(part) || part.endsWith('.')),
    'cannot be a file on Windows. Rename it',
  ],
];

function check(rules: readonly Rule[], name: string): void {
  const parts = (name.endsWith('/') ? name.slice(0, -1) : name).split('/');
  for (const [reason, isBroken, text] of rules) {
    if (isBroken(name, parts)) throw refusal(reason, `The name ${quoted(name)} ${text}.`, name);
  }
}

/** The parts of a bundle that may be all that it has. */
const OWN_FOLDERS: ReadonlySet<string> = new Set(['workers', 'assets']);

function checkTopFolder(names: readonly string[]): void {
  const tops = new Set(names.map((name) => (name.includes('/') ? name.slice(0, name.indexOf('/')) : '')));
  const [top] = tops;
  if (tops.size !== 1 || top === undefined || top === '' || OWN_FOLDERS.has(top)) return;
  const text = `All files lie in the folder ${quoted(top)}. Zip the files inside it, so that workers/ is at the top.`;
  throw refusal('top-folder', text, top);
}

interface Taken {
  readonly path: string;
  readonly isFolder: boolean;
}

/** Gives a path its place, which no other path may have on a file system that does not tell A from a. */
function take(taken: Map<string, Taken>, path: string, isFolder: boolean): void {
  const key = path.normalize('NFC').toLowerCase();
  const before = taken.get(key);
  if (before === undefined) {
    taken.set(key, { path, isFolder });
  } else if (before.isFolder !== isFolder) {
    throw refusal(
      'file-and-folder',
      `${quoted(path)} is both a file and a folder. Rename one of them.`,
      path,
    );
  } else if (before.path !== path) {
    const text = `${quoted(before.path)} and ${quoted(path)} differ only in upper and lower case. Rename one of them.`;
    throw refusal('names-collide', text, path);
  }
}

function checkPlaces(names: readonly string[]): void {
  const taken = new Map<string, Taken>();
  for (const name of names) {
    const path = name.endsWith('/') ? name.slice(0, -1) : name;
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1))
      take(taken, path.slice(0, at), true);
    take(taken, path, name.endsWith('/'));
  }
}

/** Judges the names of a zip's entries, in their order. Throws `bundle.refused` for the first that is not allowed. */
export function checkNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    check(PATH_RULES, name);
    if (seen.has(name))
      throw refusal('duplicate', `${quoted(name)} is in the zip twice. Leave one out.`, name);
    seen.add(name);
  }
  const own = names.filter((name) => !isMacOsLeftover(name));
  checkTopFolder(own.filter((name) => !name.endsWith('/')));
  for (const name of own) check(NAME_RULES, name);
  checkPlaces(own);
}
