// npm run docs: the pages of this repository as a static site in docs/site/dist, which the platform serves at /docs.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { BUILT_OF } from '../../platform/api/docs/built-site.ts';
import { digestOf, readPages } from '../../platform/api/docs/page-sources.ts';
import { copyPages } from './copy-pages.ts';

const SITE = import.meta.dirname;
const REPOSITORY = join(SITE, '../..');
/** Which lock file the installed packages are of. */
const INSTALLED = join(SITE, 'node_modules/.package-lock.json');

function run(command: string, ...words: string[]): void {
  // With the Node that runs this: an older one cannot run Astro.
  const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
  // In any other environment the site would be built without its search.
  const env = { ...process.env, PATH: path, NODE_ENV: 'production', ASTRO_TELEMETRY_DISABLED: '1' };
  execFileSync(command, words, { cwd: SITE, stdio: 'inherit', env, shell: process.platform === 'win32' });
}

/** Whether a lock file says the same of each package that was installed. */
function isInstalled(): boolean {
  if (!existsSync(INSTALLED)) return false;
  const read = (file: string): Record<string, { version?: string }> =>
    (JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, { version?: string }> }).packages;
  const locked = read(join(SITE, 'package-lock.json'));
  return Object.entries(read(INSTALLED)).every(([path, { version }]) => locked[path]?.version === version);
}

if (!isInstalled()) run('npm', 'ci', '--no-audit', '--no-fund');
rmSync(join(SITE, 'src/content/docs'), { recursive: true, force: true });
const pages = readPages(REPOSITORY);
copyPages(pages.values(), join(SITE, 'src/content/docs'));
run(process.execPath, join(SITE, 'node_modules/astro/bin/astro.mjs'), 'build');
// The platform serves no site of other pages than those beside it.
writeFileSync(join(SITE, 'dist', BUILT_OF), `${digestOf(pages)}\n`);
