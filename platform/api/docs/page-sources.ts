import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.vumi', 'site', 'templates']);
/** Where pages are: what else lies in the folder, such as apps of who tries Vumi out, is nobody's to read. */
const PLACES = ['README.md', 'docs', 'platform', 'sample-apps', 'sandbox', 'sdk', 'test', 'transports'];
/** Where the platform serves them. */
export const DOCS_PATH = '/docs';

/** The Markdown of a repository, as the site has it. */
export interface PageSource {
  /** From the root of the repository: `docs/errors.md`. */
  readonly file: string;
  /** On the site, without slashes around it: `errors`. The README of the repository is ``, its front page. */
  readonly address: string;
  readonly title: string;
  /** What stands below the title; links lead to addresses of the site. */
  readonly text: string;
}

/** Where a package of the platform has them, as `readPages` has read them: what they link to is not all in it. */
export const PACKED_PAGES = 'docs/pages.json';

/** All pages, by address. Throws where a link leads nowhere. */
export function readPages(repository: string): Map<string, PageSource> {
  const packed = join(repository, PACKED_PAGES);
  if (existsSync(packed)) return new Map(JSON.parse(readFileSync(packed, 'utf8')) as [string, PageSource][]);
  const files = PLACES.map((place) => join(repository, place))
    .filter((place) => existsSync(place))
    .flatMap(markdownIn)
    .map((path) => relative(repository, path).split(sep).join('/'));
  const known = new Set(files);
  return new Map(files.map((file) => [addressOf(file), readPage(repository, file, known)]));
}

/** Of what all pages say: a site that was built of others is known by it. */
export function digestOf(pages: ReadonlyMap<string, PageSource>): string {
  const hash = createHash('sha256');
  for (const { file, title, text } of [...pages.values()].sort((a, b) => (a.file < b.file ? -1 : 1)))
    hash.update(JSON.stringify([file, title, text]));
  return hash.digest('hex');
}

function markdownIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return path.endsWith('.md') ? [path] : [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !NOT_OURS.has(entry.name) && (entry.isDirectory() || entry.name.endsWith('.md')))
    .flatMap((entry) => markdownIn(join(path, entry.name)));
}

function addressOf(file: string): string {
  return file
    .replace(/^docs\//, '')
    .replace(/(^|\/)README\.md$/, '')
    .replace(/\.md$/, '')
    .toLowerCase();
}

function readPage(repository: string, file: string, known: ReadonlySet<string>): PageSource {
  const whole = readFileSync(join(repository, file), 'utf8');
  const [, title = file, body = whole] = /^# (.+)\n([^]*)$/.exec(whole) ?? [];
  const parts = body.split(/(^```[^]*?^```$)/m);
  const text = parts.map((part, index) => (index % 2 === 1 ? part : withLinks(part))).join('');
  return { file, address: addressOf(file), title: withoutMarks(title), text };

  /** Code and folders are not on the site: what leads there is text. */
  function withLinks(part: string): string {
    return part.replaceAll(/\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, label: string, link: string) => {
      if (/^(?:[a-z]+:|#)/.test(link)) return whole;
      const [path = '', anchor] = link.split('#');
      const target = posix.join(posix.dirname(file), path).replace(/\/$/, '');
      if (!existsSync(join(repository, target))) throw new Error(`${file}: ${link} leads nowhere`);
      const isFolder = statSync(join(repository, target)).isDirectory();
      const found = isFolder ? posix.join(target, 'README.md').replace(/^\.\//, '') : target;
      if (!known.has(found)) return label;
      return `[${label}](${pathOf(addressOf(found))}${anchor === undefined ? '' : `#${anchor}`})`;
    });
  }
}

/** Where a page is asked for. */
export function pathOf(address: string): string {
  return `${DOCS_PATH}/${address}${address === '' ? '' : '/'}`;
}

function withoutMarks(title: string): string {
  return title.replaceAll('`', '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}

/** A part of the menu: a page by its address, all pages of a folder, or parts under a heading. */
export type MenuItem =
  | string
  | { readonly label: string; readonly folder: string }
  | { readonly label: string; readonly items: readonly MenuItem[] };

/** The menu of the site, as docs/site/menu.json has it. */
export function readMenu(repository: string): readonly MenuItem[] {
  return JSON.parse(readFileSync(join(repository, 'docs/site/menu.json'), 'utf8')) as MenuItem[];
}
