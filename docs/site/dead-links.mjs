import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Fails a build in which a link leads to no page, or to no heading of it. */
export function deadLinks() {
  return {
    name: 'dead-links',
    hooks: {
      'astro:build:done': ({ dir }) => {
        const root = fileURLToPath(dir);
        const pages = readdirSync(root, { recursive: true })
          .filter((file) => file.endsWith('.html'))
          .map((file) => join(root, file));
        const dead = pages.flatMap((page) => deadIn(page, root));
        if (dead.length > 0) throw new Error(`links that lead nowhere:\n${dead.join('\n')}`);
      },
    },
  };
}

function deadIn(page, root) {
  const links = readFileSync(page, 'utf8').matchAll(/<a [^>]*href="(\/docs\/[^"]*|#[^"]*)"/g);
  return [...links].flatMap(([, link]) => {
    const [path, anchor = ''] = link.replace(/^\/docs\//, '').split('#');
    const file = link.startsWith('#')
      ? page
      : join(root, path, path.endsWith('/') || path === '' ? 'index.html' : '');
    const isThere = existsSync(file) && (anchor === '' || hasId(file, decodeURIComponent(anchor)));
    return isThere ? [] : [`${relative(root, page)}: ${link}`];
  });
}

function hasId(file, id) {
  return readFileSync(file, 'utf8').includes(`id="${id}"`);
}
