import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { PACKED_PAGES, readPages } from '@vumi/api/docs';
import { LIBRARY_SETS } from '@vumi/classic-libraries';
import { builtGuestFile, classicGuest } from '@vumi/sandbox/classic-guest';
import { prebundle } from './bundled.ts';
import { modulesOf, NODES, packagesOf, ROOT, VERSION, workspaces } from './workspaces.ts';

/** What runs when the platform runs. The SDK is a package of its own. */
const PARTS = ['platform', 'sandbox', 'transports', 'sample-apps'];
/** Workspaces of authors and of this repository. */
const LEFT_OUT = new Set(['platform/cli', 'platform/packing']);
/** Its packages are built into the guests of classic apps. */
const BUILT_IN = 'sandbox/libraries';
const NOT_RUN = /\.(?:md|(?:test|fixture)\.ts)$|(?:^|\/)(?:node_modules|tsconfig\.json)(?:\/|$)/;
/** Beside the package's manifest: sees to it that Node runs what is below. */
const LOADER = 'modules.js';
const MENU = 'docs/site/menu.json';
const BUILT_SITE = 'docs/site/dist';

/**
 * The platform itself, file by file as it lies here, without its types. Node runs no TypeScript from `node_modules`: the package's
 * loader hands it what has none left, and finds workspaces where they lie (decision 0040). Returns its manifest.
 */
export async function platformPackage(place: string): Promise<object> {
  const parts = workspaces.filter(({ folder }) => isPart(folder) && !LEFT_OUT.has(folder));
  const needing = parts.filter(({ folder }) => folder !== BUILT_IN);
  for (const part of PARTS) await copyPart(part, place);
  for (const { file, text } of await prebundle()) await writeFile(join(place, 'sandbox', file), text);
  for (const set of LIBRARY_SETS)
    await writeFile(join(place, 'sandbox/classic', builtGuestFile(set)), (await classicGuest(set)).code);
  await copyDocs(place);
  await copyFile(join(import.meta.dirname, LOADER), join(place, LOADER));
  await writeFile(join(place, 'modules.json'), JSON.stringify(Object.fromEntries(parts.flatMap(modulesOf))));
  return {
    name: '@vumi/platform',
    version: VERSION,
    description: 'The Vumi platform: "npx vumi up" runs it',
    license: 'BSD-3-Clause',
    type: 'module',
    dependencies: { '@vumi/cli': VERSION, '@vumi/sdk': VERSION, ...packagesOf(needing, 'dependencies') },
    optionalDependencies: { ...NODES, ...packagesOf(needing, 'optionalDependencies') },
    engines: { node: '>=20' },
  };
}

/** The pages, and the site that "npm run docs" has made of them where it has. */
async function copyDocs(place: string): Promise<void> {
  await mkdir(join(place, 'docs/site'), { recursive: true });
  await writeFile(join(place, PACKED_PAGES), JSON.stringify([...readPages(ROOT)]));
  await copyFile(join(ROOT, MENU), join(place, MENU));
  if (existsSync(join(ROOT, BUILT_SITE)))
    await cp(join(ROOT, BUILT_SITE), join(place, BUILT_SITE), { recursive: true });
}

const isPart = (folder: string): boolean => PARTS.includes(folder.split('/')[0] ?? '');

async function copyPart(part: string, place: string): Promise<void> {
  for (const entry of await readdir(join(ROOT, part), { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name).slice(ROOT.length + 1);
    const isLeftOut = [...LEFT_OUT].some((folder) => file.startsWith(`${folder}/`));
    if (!entry.isFile() || isLeftOut || NOT_RUN.test(file)) continue;
    await mkdir(dirname(join(place, file)), { recursive: true });
    if (file.endsWith('.ts')) {
      const text = await readFile(join(ROOT, file), 'utf8');
      await writeFile(join(place, file), stripTypeScriptTypes(text));
    } else await copyFile(join(ROOT, file), join(place, file));
  }
}
