import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { silentLogger } from '@vumi/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createHandler } from '../handler.ts';
import { BUILT_OF } from './built-site.ts';
import { digestOf, readPages } from './page-sources.ts';
import { serveDocs } from './serve-docs.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const servers: Server[] = [];

/** Serves the documentation of a folder; returns where. */
async function serve(repository: string): Promise<string> {
  const handle = createHandler({ logger: silentLogger, platformUrl: null }, [
    serveDocs(silentLogger, repository),
  ]);
  const server = createServer(handle);
  servers.push(server);
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterAll(() => {
  for (const server of servers) server.close();
});

describe('the documentation of this repository, without a build', () => {
  const pages = readPages(REPOSITORY);
  /** No site of this folder is served: it has none. */
  let url: string;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vumi-docs-'));
    for (const { file, title, text } of pages.values()) save(folder, file, `# ${title}\n${unlinked(text)}`);
    save(folder, 'docs/site/menu.json', '[{ "label": "Tutorial", "folder": "tutorial" }, "errors"]');
    url = await serve(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Links of this copy would lead to code that it has not. */
  const unlinked = (text: string): string =>
    text.replaceAll(/\]\((\/docs\/[^)]*)\)/g, ']($1)').replaceAll('](/docs', '](https://vumi.example/docs');

  test('every page is shown, with all that its links lead to', async () => {
    const shown = new Map<string, string>();
    for (const address of pages.keys()) {
      const answer = await fetch(`${url}/docs/${address}${address === '' ? '' : '/'}`);
      expect([address, answer.status]).toEqual([address, 200]);
      shown.set(`/docs/${address}${address === '' ? '' : '/'}`, await answer.text());
    }
    expect(shown.size).toBeGreaterThan(150);
    const dead = [...shown].flatMap(([from, html]) =>
      [...html.matchAll(/href="(?:https:\/\/vumi\.example)?(\/docs\/[^"#]*|)(?:#([^"]*))?"/g)]
        .filter(([, path = '', id]) => {
          const target = shown.get(path === '' ? from : path);
          return target === undefined || (id !== undefined && !target.includes(`id="${id}"`));
        })
        .map(([link]) => `${from}: ${link}`),
    );
    expect(dead).toEqual([]);
  });

  test('no page may run a script, and each says so', async () => {
    const { headers } = await fetch(`${url}/docs/errors/`);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /);
    expect(headers.get('content-security-policy')).not.toContain('script-src');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('a code is found, and what has all words comes with the best first', async () => {
    const html = await (await fetch(`${url}/docs/search/?q=request.invalid`)).text();
    expect(/<ul class="found"><li><a href="([^"]+)">([^<]+)</.exec(html)?.slice(1)).toEqual([
      '/docs/errors/#requestinvalid',
      'Errors: request.invalid',
    ]);
    const none = await (await fetch(`${url}/docs/search/?q=<b>xyzzy`)).text();
    expect(none).toContain('Found for “&lt;b&gt;xyzzy”');
    expect(none).toContain('Nothing.');
  });

  test.each([
    ['/docs/nothing/', 404],
    ['/docs/..%2f..%2fpackage.json', 404],
    ['/docs/docs/site/menu.json', 404],
  ])('%s is not there', async (path, status) => {
    const answer = await fetch(`${url}${path}`);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain('No such page');
  });

  test('an address without its last slash leads to it, and a page is not sent twice', async () => {
    const answer = await fetch(`${url}/docs/errors`);
    expect(answer.url).toBe(`${url}/docs/errors/`);
    const etag = answer.headers.get('etag') ?? '';
    // fetch would say that it takes nothing from a cache.
    const [again] = (await once(get(answer.url, { headers: { 'if-none-match': etag } }), 'response')) as [
      IncomingMessage,
    ];
    expect(again.resume().statusCode).toBe(304);
  });
});

describe('the site that was built', () => {
  let folder: string;
  afterEach(() => rmSync(folder, { recursive: true }));

  async function serveBuilt(digest?: string): Promise<string> {
    folder = mkdtempSync(join(tmpdir(), 'vumi-docs-'));
    save(folder, 'docs/a.md', '# A\n\nPlain.\n');
    save(folder, 'docs/site/menu.json', '["a"]');
    save(
      folder,
      'docs/site/dist/a/index.html',
      '<script>go()</script><script src="/docs/x.js"></script><style>p{}</style>Built.',
    );
    save(folder, 'docs/site/dist/_astro/x.js', 'export {};');
    save(folder, 'secret.md', '# Not of the documentation\n');
    save(folder, `docs/site/dist/${BUILT_OF}`, digest ?? digestOf(readPages(folder)));
    return serve(folder);
  }

  test('is served in place of the pages, and may run what it was built with and nothing else', async () => {
    const url = await serveBuilt();
    const answer = await fetch(`${url}/docs/a/`);
    expect(await answer.text()).toContain('Built.');
    const policy = answer.headers.get('content-security-policy') ?? '';
    const hash = createHash('sha256').update('go()').digest('base64');
    expect(policy).toContain(
      `script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'; style-src-elem 'self' 'sha256-`,
    );
    const script = await fetch(`${url}/docs/_astro/x.js`);
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('cache-control')).toContain('immutable');
  });

  test('is not served when the pages are others by now', async () => {
    const url = await serveBuilt('of yesterday');
    expect(await (await fetch(`${url}/docs/a/`)).text()).toContain('<p>Plain.</p>');
  });

  test.each([`/docs/${BUILT_OF}`, '/docs/secret/', '/docs/%2e%2e/menu.json'])(
    '%s is not there',
    async (path) => {
      const url = await serveBuilt();
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    },
  );
});

function save(folder: string, file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}
