import type { Context, Middleware } from 'koa';
import { LANDING_CSP, landingPage } from './landing-page.ts';
import { createOpenApi } from './openapi.ts';
import type { ApiPorts } from './ports.ts';
import { API_PREFIX, type Route } from './route.ts';
import { statusPage } from './status-page.ts';

/** What needs no token: the first page, health, the description of the API. */
export function publicPages(ports: ApiPorts, routes: readonly Route[]): Middleware {
  const pages = { routes: ports.pageRoutes ?? [], url: ports.appUrl({ account: '{account}', app: '{app}' }) };
  const document = JSON.stringify(createOpenApi(routes, ports.publicUrl, pages), null, 2);
  const appsPattern = ports.appUrl({ account: '<account>', app: '<app>' });
  const html = landingPage(appsPattern, ports.links ?? []);
  const shown: Readonly<Record<string, (ctx: Context) => void | Promise<void>>> = {
    '/': (ctx) => showLanding(ctx, html),
    '/healthz': (ctx) => showJson(ctx, 200, '{"status":"ok"}'),
    '/readyz': async (ctx) => {
      // That the machine is overloaded is a warning: work is taken, and is not lost by being late.
      const readiness = await ports.readiness();
      showJson(ctx, readiness.ready ? 200 : 503, JSON.stringify(readiness));
    },
    ...statusPage(),
    [`${API_PREFIX}/openapi.json`]: (ctx) => showJson(ctx, 200, document),
  };
  return async (ctx, next) => {
    const show = ctx.method === 'GET' || ctx.method === 'HEAD' ? shown[ctx.path] : undefined;
    await (show === undefined ? next() : show(ctx));
  };
}

function showLanding(ctx: Context, html: string): void {
  ctx.set('Content-Security-Policy', LANDING_CSP);
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Referrer-Policy', 'no-referrer');
  ctx.body = html;
  ctx.type = 'text/html';
}

function showJson(ctx: Context, status: number, json: string): void {
  ctx.status = status;
  ctx.body = json;
  ctx.type = 'application/json';
}
