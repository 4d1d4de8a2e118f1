import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const REPOSITORY = resolve(import.meta.dirname, '../..');
/** `site` has copies of the pages, where it was built. */
const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.vumi', 'site']);

/** The Markdown of this repository, in its folders. */
function pagesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : pagesIn(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** What is shown as code is no link and no heading. */
function withoutCode(text: string): string {
  return text
    .replaceAll(/^```[^]*?^```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]#]/g, ' '));
}

/** As GitHub and the site name the headings of a page. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#+ +(.+)$/gm)) {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-');
    let name = slug;
    for (let count = 1; anchors.has(name); count += 1) name = `${slug}-${count}`;
    anchors.add(name);
  }
  for (const [, id = ''] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

function deadLinksOf(page: string): string[] {
  const links = withoutCode(readFileSync(page, 'utf8')).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g);
  return [...links].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(target)) return [link];
    if (anchor === undefined || anchor === '') return [];
    if (statSync(target).isDirectory() || !target.endsWith('.md')) return [`${link}: has no headings`];
    return anchorsOf(readFileSync(target, 'utf8')).has(anchor) ? [] : [link];
  });
}

test('a link that leads nowhere is found', () => {
  expect([...anchorsOf('# A *b*\n## `vumi x`: [c](d) & e\n## A b\n')]).toEqual([
    'a-b',
    'vumi-x-c--e',
    'a-b-1',
  ]);
  expect(withoutCode('a `[b](c)` [d](e)')).not.toContain('](c)');
});

test('every link of every page leads to a file, and every anchor to a heading', () => {
  const pages = pagesIn(REPOSITORY);
  expect(pages.length).toBeGreaterThan(100);
  const dead = pages.flatMap((page) =>
    deadLinksOf(page).map((link) => `${relative(REPOSITORY, page)}: ${link}`),
  );
  expect(dead).toEqual([]);
});
