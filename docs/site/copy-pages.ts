import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';

const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.vumi', 'site']);
/** Where the platform serves the site. */
export const BASE = '/docs';

/** Writes all pages of a repository as a generator wants them: with a title in front, and links to addresses of the site. */
export function copyPages(repository: string, to: string): void {
  const pages = pagesIn(repository).map((path) => relative(repository, path).split(sep).join('/'));
  for (const page of pages) {
    const file = join(to, `${addressOf(page) || 'index'}.md`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, asContent(repository, page, new Set(pages)));
  }
}

function pagesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : pagesIn(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** Where a page is on the site, without slashes around it; the README of the repository is its front page. */
function addressOf(page: string): string {
  return page
    .replace(/^docs\//, '')
    .replace(/(^|\/)README\.md$/, '')
    .replace(/\.md$/, '')
    .toLowerCase();
}

function asContent(repository: string, page: string, pages: ReadonlySet<string>): string {
  const text = readFileSync(join(repository, page), 'utf8');
  const [, title = page, body = text] = /^# (.+)\n([^]*)$/.exec(text) ?? [];
  const plain = title.replaceAll('`', '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  const parts = body.split(/(^```[^]*?^```$)/m);
  const linked = parts.map((part, index) => (index % 2 === 1 ? part : withLinks(part)));
  return `---\ntitle: ${JSON.stringify(plain)}\n---\n${linked.join('')}`;

  /** Code and folders are not on the site: what leads there is text. */
  function withLinks(part: string): string {
    return part.replaceAll(/\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, label: string, link: string) => {
      if (/^(?:[a-z]+:|#)/.test(link)) return whole;
      const [path = '', anchor] = link.split('#');
      const target = posix.join(posix.dirname(page), path).replace(/\/$/, '');
      if (!existsSync(join(repository, target))) throw new Error(`${page}: ${link} leads nowhere`);
      const isFolder = statSync(join(repository, target)).isDirectory();
      const found = isFolder ? posix.join(target, 'README.md') : target;
      if (!pages.has(found)) return label;
      const address = addressOf(found);
      return `[${label}](${BASE}/${address}${address === '' ? '' : '/'}${anchor === undefined ? '' : `#${anchor}`})`;
    });
  }
}
