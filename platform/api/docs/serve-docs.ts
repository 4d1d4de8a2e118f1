import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Logger } from '@vumi/core';
import type { Context, Middleware } from 'koa';
import { BuiltSite } from './built-site.ts';
import { digestOf, DOCS_PATH, readMenu, readPages } from './page-sources.ts';
import { PLAIN_POLICY, PlainSite } from './plain-site.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const compress = promisify(gzip);
/** Below it compressing gains nothing. */
const WORTH_COMPRESSING = 1000;
const HTML = 'text/html; charset=utf-8';

interface Site {
  readonly built: BuiltSite | null;
  readonly plain: PlainSite;
}

/**
 * The documentation of this very version at /docs: the site that `npm run docs` has built of these pages where it has been, else
 * the pages themselves. They are read when they are first asked for.
 */
export function serveDocs(logger: Logger, repository = REPOSITORY): Middleware {
  let site: Site | null = null;
  return async (ctx, next) => {
    if (!`${ctx.path}/`.startsWith(`${DOCS_PATH}/`) || !isRead(ctx)) {
      await next();
      return;
    }
    if (ctx.path === DOCS_PATH) {
      ctx.redirect(`${DOCS_PATH}/`);
      return;
    }
    site ??= openSite(repository, logger);
    const path = ctx.path.slice(DOCS_PATH.length + 1);
    const shown = site.built === null ? false : await showBuilt(ctx, site.built, path);
    if (!shown && !(await showPlain(ctx, site.plain, path))) await showMissing(ctx, site.plain);
  };
}

const isRead = ({ method }: Context): boolean => method === 'GET' || method === 'HEAD';

function openSite(repository: string, logger: Logger): Site {
  const pages = readPages(repository);
  const built = BuiltSite.open(resolve(repository, 'docs/site/dist'), digestOf(pages));
  logger.info({ pages: pages.size, built: built !== null }, 'the documentation was read');
  return { built, plain: new PlainSite(pages, readMenu(repository)) };
}

async function showBuilt(ctx: Context, site: BuiltSite, path: string): Promise<boolean> {
  const file = await site.file(path);
  if (file === null) return false;
  ctx.set('Cache-Control', file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  await show(ctx, file);
  return true;
}

async function showPlain(ctx: Context, site: PlainSite, path: string): Promise<boolean> {
  const question = ctx.query['q'];
  const html = site.page(path.replace(/\/$/, ''), typeof question === 'string' ? question : '');
  if (html === null) return false;
  // Links within a page are relative to nothing, but one address for one page is kept.
  if (path !== '' && !path.endsWith('/')) {
    ctx.redirect(`${DOCS_PATH}/${path}/${ctx.search}`);
    return true;
  }
  ctx.set('Cache-Control', 'no-cache');
  await show(ctx, { type: HTML, body: Buffer.from(html), policy: PLAIN_POLICY });
  return true;
}

async function showMissing(ctx: Context, site: PlainSite): Promise<void> {
  await show(ctx, { type: HTML, body: Buffer.from(site.missing()), policy: PLAIN_POLICY });
  ctx.status = 404;
}

async function show(
  ctx: Context,
  { type, body, policy }: { readonly type: string; readonly body: Buffer; readonly policy: string },
): Promise<void> {
  ctx.set('Content-Security-Policy', policy);
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Referrer-Policy', 'no-referrer');
  ctx.set('Cross-Origin-Opener-Policy', 'same-origin');
  ctx.type = type;
  ctx.status = 200;
  ctx.etag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  ctx.vary('Accept-Encoding');
  const isText = /^(?:text|application\/json|image\/svg)/.test(type);
  if (isText && body.length > WORTH_COMPRESSING && ctx.acceptsEncodings('gzip') === 'gzip') {
    ctx.set('Content-Encoding', 'gzip');
    ctx.body = await compress(body);
  } else ctx.body = body;
}
