import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { errorText, slugSchema, VumiError } from '@vumi/core';
import AdmZip from 'adm-zip';
import { packagesOf } from './npm-packages.ts';

export interface PackedApp {
  readonly zip: Buffer;
  /** What vumi.json calls the app, else the name of the folder or file. */
  readonly name: string;
  /** What lies in the folder and is not part of a bundle. */
  readonly leftOut: readonly string[];
}

/** Makes a bundle of a folder, or takes a zip as it is. Throws `bundle.refused` for what is neither. */
export function packApp(source: string): PackedApp {
  const stats = statSync(source, { throwIfNoEntry: false });
  if (stats === undefined) throw refused(`there is no ${source}; name the folder of an app or a zip`);
  return stats.isDirectory() ? packFolder(source) : readZip(source);
}

/** The parts of a bundle (DESIGN §7); all else in a folder is the author's own. */
const PARTS = [
  'vumi.json',
  'package.json',
  'transcript.json',
  'index.html',
  'assets',
  'languages',
  'workers',
];
/** The same files must give the same bytes, so that deploying twice is the same version. */
export const NO_TIME = new Date(1980, 0, 1);

function packFolder(folder: string): PackedApp {
  const names = readdirSync(folder);
  if (!names.includes('workers')) {
    throw refused(
      `${folder} is no app: it has no workers folder; an app is workers/worker.js and what it needs`,
    );
  }
  const zip = new AdmZip();
  for (const part of PARTS.filter((name) => names.includes(name))) addPart(zip, folder, part);
  addPackages(zip, folder);
  return {
    zip: zip.toBuffer(),
    name: manifestName(zip) ?? basename(resolve(folder)),
    leftOut: names.filter((name) => !PARTS.includes(name) && !name.startsWith('.')).sort(),
  };
}

function addPart(zip: AdmZip, folder: string, part: string): void {
  const file = join(folder, part);
  if (statSync(file).isDirectory()) {
    for (const name of readdirSync(file).sort()) {
      if (!name.startsWith('.')) addPart(zip, folder, `${part}/${name}`);
    }
    return;
  }
  zip.addFile(part, readFileSync(file)).header.time = NO_TIME;
}

/** What of npm the worker imports and is installed beside it, unless the author has put a file in its place. */
function addPackages(zip: AdmZip, folder: string): void {
  const sources = zip.getEntries().filter(({ entryName }) => /^workers\/.*\.(?:js|mjs|ts)$/.test(entryName));
  const entry = sources.find(({ entryName }) => /^workers\/worker\.(?:js|ts)$/.test(entryName));
  if (entry === undefined) return;
  const texts = sources.map((source) => source.getData().toString());
  for (const [file, text] of packagesOf(resolve(folder, entry.entryName), texts))
    if (zip.getEntry(file) === null) zip.addFile(file, Buffer.from(text)).header.time = NO_TIME;
}

function refused(message: string): VumiError {
  return new VumiError('bundle.refused', message);
}

function readZip(file: string): PackedApp {
  const bytes = readFileSync(file);
  let zip: AdmZip;
  try {
    zip = new AdmZip(bytes);
  } catch (error) {
    throw refused(`${file} is not a zip: ${errorText(error)}`);
  }
  return { zip: bytes, name: manifestName(zip) ?? basename(file).replace(/\.zip$/i, ''), leftOut: [] };
}

/** The name in vumi.json where it can be an app's; the platform says what is wrong with the rest. */
function manifestName(zip: AdmZip): string | undefined {
  try {
    const manifest = JSON.parse(zip.readAsText('vumi.json')) as { name?: unknown } | null;
    return slugSchema.safeParse(manifest?.name).data;
  } catch {
    return undefined;
  }
}
