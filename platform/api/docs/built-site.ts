import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** Beside the site that was built: of which pages. */
export const BUILT_OF = 'built-of.txt';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

export interface SiteFile {
  readonly type: string;
  readonly body: Buffer;
  readonly policy: string;
  /** Its name changes with what is in it. */
  readonly isImmutable: boolean;
}

/** The site as `npm run docs` has built it, in a folder. */
export class BuiltSite {
  readonly #folder: string;
  /** By their paths below /docs/: nothing else of the disk is served. */
  readonly #files: ReadonlySet<string>;

  private constructor(folder: string) {
    this.#folder = folder;
    const files = readdirSync(folder, { recursive: true, withFileTypes: true });
    this.#files = new Set(
      files
        .filter((entry) => entry.isFile())
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(folder.length + 1)
            .split(sep)
            .join('/'),
        ),
    );
  }

  /** Null where none is there, or one of other pages. */
  static open(folder: string, digest: string): BuiltSite | null {
    const mark = join(folder, BUILT_OF);
    if (!existsSync(mark) || readFileSync(mark, 'utf8').trim() !== digest) return null;
    return new BuiltSite(folder);
  }

  /** The file of a path below /docs/; a folder's is its index.html. */
  async file(path: string): Promise<SiteFile | null> {
    const name = path === '' || path.endsWith('/') ? `${path}index.html` : path;
    if (!this.#files.has(name) || name === BUILT_OF) return null;
    const body = await readFile(join(this.#folder, name));
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    return {
      type,
      body,
      policy: policyOf(type.startsWith('text/html') ? body.toString('utf8') : ''),
      isImmutable: name.startsWith('_astro/'),
    };
  }
}

/**
 * What a page may do: run the files of this origin and exactly those scripts and styles that it was built with. The search
 * is WebAssembly in a worker; code is coloured by attributes of style, which can do no more than that.
 */
function policyOf(html: string): string {
  return [
    "default-src 'none'",
    [
      "script-src 'self' 'wasm-unsafe-eval'",
      ...hashesOf(html, /<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g),
    ].join(' '),
    ["style-src-elem 'self'", ...hashesOf(html, /<style[^>]*>([^]*?)<\/style>/g)].join(' '),
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function hashesOf(html: string, inline: RegExp): string[] {
  const hashes = [...html.matchAll(inline)].map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
  return [...new Set(hashes)];
}
