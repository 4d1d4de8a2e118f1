import type { IncomingMessage } from 'node:http';
import { VumiError } from '@vumi/core';
import type { Middleware } from 'koa';
import { bearerToken, type Caller } from './access.ts';
import { fromAppPage } from './app-origin.ts';
import { createHandler, type RequestHandler } from './handler.ts';
import type { ApiPorts } from './ports.ts';
import { publicPages } from './public-pages.ts';
import { serveRoutes } from './router.ts';
import { apiRoutes } from './routes/index.ts';

/** The platform's own HTTP side: the API under /api/v1, health, and a page that says where things are. */
export function createApi(ports: ApiPorts): RequestHandler {
  const { logger, store } = ports;
  const routes = apiRoutes(ports);
  const routers = serveRoutes(routes, {
    authenticate: (request) => authenticate(ports, request),
    admit: async ({ account }) => {
      if (typeof account === 'string') await store.accounts.get(account);
    },
  });
  return createHandler(logger, [refuseAppPages(ports), publicPages(ports, routes), ...routers]);
}

async function authenticate({ store }: ApiPorts, request: IncomingMessage): Promise<Caller> {
  const info = await store.tokens.verify(bearerToken(request.headers.authorization));
  if (info !== null) return info;
  throw new VumiError(
    'auth.wrong_token',
    "this token is not known here; the administrator's is in the file admin-token of the platform's data folder",
  );
}

/** Pages of tenants reach the subset at their own origin and nothing here (sandbox-security §5). */
function refuseAppPages({ appsDomain }: ApiPorts): Middleware {
  return (ctx, next) => {
    if (fromAppPage(ctx.req.headers, appsDomain)) {
      throw new VumiError(
        'auth.forbidden',
        "pages of apps reach the API under their own origin's /api/v1 only",
      );
    }
    return next();
  };
}
