import { createHandler, serveRoutes, type RequestHandler } from '@vumi/api';
import type { Context, Middleware } from 'koa';
import { parseAssetPath } from './asset-path.ts';
import { authenticatePage, frontendRoutes } from './frontend-api.ts';
import { NO_APP_PAGE, NO_FILE_PAGE, NO_PAGE_PAGE, REFUSED_PAGE } from './pages.ts';
import type { HostedFile, HostingPorts } from './ports.ts';
import { SECURITY_HEADERS, SVG_SECURITY_POLICY } from './security-headers.ts';
import { findSite } from './site.ts';

/** Serves the pages of apps, each at its own origin `<account>--<app>.<apps domain>`. */
export function createHosting(ports: HostingPorts): RequestHandler {
  const routers = serveRoutes(frontendRoutes(ports), {
    authenticate: async (request) => authenticatePage(request, ports),
  });
  return createHandler(ports.logger, [secure, serveFiles(ports), ...routers]);
}

const secure: Middleware = (ctx, next) => {
  ctx.set(SECURITY_HEADERS);
  return next();
};

/** Everything but /api: the files of the active version. */
function serveFiles(ports: HostingPorts): Middleware {
  return async (ctx, next) => {
    const target = ctx.req.url ?? '';
    if (target.startsWith('/api/')) await next();
    else if (ctx.method === 'GET' || ctx.method === 'HEAD') await serveFile(ctx, target, ports);
    else {
      ctx.set('Allow', 'GET, HEAD');
      ctx.status = 405;
    }
  };
}

async function serveFile(ctx: Context, target: string, ports: HostingPorts): Promise<void> {
  const site = findSite(ctx.req.headers.host, ports);
  if (site === null) return showPage(ctx, 404, NO_APP_PAGE);
  const asset = parseAssetPath(target);
  if (asset.kind === 'refused') return showPage(ctx, 400, REFUSED_PAGE);
  if (asset.kind === 'missing') return showPage(ctx, 404, NO_FILE_PAGE);
  const file = await ports.file(site.ref, site.version, asset.path);
  if (file !== null) return showFile(ctx, file);
  showPage(ctx, 404, asset.path === 'index.html' ? NO_PAGE_PAGE : NO_FILE_PAGE);
}

function showFile(ctx: Context, file: HostedFile): void {
  ctx.set('Cache-Control', 'no-cache');
  ctx.etag = file.sha256;
  ctx.status = 200;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  if (file.content_type.startsWith('image/svg')) ctx.set('Content-Security-Policy', SVG_SECURITY_POLICY);
  ctx.set('Content-Type', file.content_type);
  ctx.body = file.bytes;
}

function showPage(ctx: Context, status: number, html: string): void {
  ctx.status = status;
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Content-Type', 'text/html; charset=utf-8');
  ctx.body = html;
}
