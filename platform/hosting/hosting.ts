import { createHandler, serveRoutes, type RequestHandler, type Route } from '@vumi/api';
import type { Context, Middleware } from 'koa';
import { parseAssetPath } from './asset-path.ts';
import { frontendRoutes } from './frontend-api.ts';
import { Frontends } from './frontend.ts';
import { FailedTries } from './failed-tries.ts';
import { answerLink } from './links.ts';
import { refuseOtherOrigins } from './origin.ts';
import { authenticatePage } from './page-caller.ts';
import { NO_APP_PAGE, NO_FILE_PAGE, NO_PAGE_PAGE, privatePage, REFUSED_PAGE, showPage } from './pages.ts';
import type { HostedFile, HostingPorts } from './ports.ts';
import { SECURITY_HEADERS, SVG_SECURITY_POLICY } from './security-headers.ts';
import { answerSignIn, memberOf } from './sign-in.ts';
import { findSite, type Site } from './site.ts';

/** Serves the pages of apps, each at its own origin `<account>--<app>.<apps domain>`. */
export function createHosting(ports: HostingPorts): RequestHandler {
  const frontends = new Frontends(ports);
  const routers = serveRoutes(frontendRoutes(ports, frontends), {
    authenticate: (request) => authenticatePage(request, ports, frontends),
    // What pages do to people has its entries from where it is done; these say from where it was asked.
    audit: {
      addressOf: (request) => ports.addressOf(request),
      act: (_entry, run) => run(),
      failed: () => {},
    },
  });
  return createHandler(ports, [secure, checkOrigin(ports.secure), serveFiles(ports, frontends), ...routers]);
}

/** What pages of apps may ask, for the documentation. */
export function pageRoutes(ports: HostingPorts): Route[] {
  return frontendRoutes(ports, new Frontends(ports));
}

const secure: Middleware = (ctx, next) => {
  ctx.set(SECURITY_HEADERS);
  return next();
};

/** Pages of apps are one site for browsers, so cookies come with what any of them sends. */
function checkOrigin(isSecure: boolean): Middleware {
  return (ctx, next) => {
    const { cookie, origin } = ctx.headers;
    const changes = ctx.method !== 'GET' && ctx.method !== 'HEAD';
    if (cookie !== undefined && (changes || origin !== undefined)) refuseOtherOrigins(ctx.headers, isSecure);
    return next();
  };
}

/** Everything but /api: signing in and out, and the files of the active version. */
function serveFiles(ports: HostingPorts, frontends: Frontends): Middleware {
  const tries = new FailedTries(ports.clock);
  return async (ctx, next) => {
    if ((ctx.req.url ?? '').startsWith('/api/')) return next();
    const site = findSite(ctx.req.headers.host, ports);
    if (site === null) return showPage(ctx, 404, NO_APP_PAGE);
    if (await answerSignIn(ctx, site, ports)) return undefined;
    if (await answerLink(ctx, site, { ports, tries })) return undefined;
    return serveFile(ctx, site, { ports, frontends });
  };
}

async function serveFile(
  ctx: Context,
  site: Site,
  { ports, frontends }: { ports: HostingPorts; frontends: Frontends },
): Promise<void> {
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
    ctx.set('Allow', 'GET, HEAD');
    ctx.status = 405;
    return;
  }
  const asset = parseAssetPath(ctx.req.url ?? '');
  if (asset.kind === 'refused') return showPage(ctx, 400, REFUSED_PAGE);
  if (asset.kind === 'missing') return showPage(ctx, 404, NO_FILE_PAGE);
  const frontend = await frontends.of(site);
  const isPrivate = frontend.isPrivate(asset.path);
  if (isPrivate && (await memberOf(ctx.req.headers, site, ports)) === null) {
    return showPage(ctx, 401, privatePage(site.ref.app));
  }
  const file = await ports.file(site.ref, site.version, asset.path);
  if (file !== null) return showFile(ctx, file, isPrivate);
  showPage(ctx, 404, asset.path === 'index.html' ? NO_PAGE_PAGE : NO_FILE_PAGE);
}

function showFile(ctx: Context, file: HostedFile, isPrivate: boolean): void {
  ctx.set('Cache-Control', isPrivate ? 'private, no-cache' : 'no-cache');
  if (isPrivate) ctx.set('Vary', 'Cookie');
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
