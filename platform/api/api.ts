import type { IncomingMessage } from 'node:http';
import { VumiError } from '@vumi/core';
import type { Middleware } from 'koa';
import { actorOf, bearerToken, type Caller } from './access.ts';
import { fromAppPage } from './app-origin.ts';
import { serveDocs } from './docs/serve-docs.ts';
import { createHandler, type RequestHandler } from './handler.ts';
import type { ApiPorts } from './ports.ts';
import { publicPages } from './public-pages.ts';
import { serveRoutes, type RouterPorts } from './router.ts';
import { apiRoutes } from './routes/index.ts';
import { auditedAct } from './audit-acts.ts';
import { isRefusal } from './refusal.ts';
import { RefusalLog } from './refusal-log.ts';
import { TokenWatch } from './token-watch.ts';

/** The platform's own HTTP side: the API under /api/v1, health, and a page that says where things are. */
export function createApi(ports: ApiPorts): RequestHandler {
  const { logger, store } = ports;
  const routes = apiRoutes(ports);
  const watch = new TokenWatch(store, logger);
  const routers = serveRoutes(routes, {
    authenticate: (request) => authenticate(ports, request),
    admit: async ({ account }) => {
      if (typeof account === 'string') await store.accounts.get(account);
    },
    watch: (caller, end) => watch.add(caller, end),
    audit: { ...auditOf(ports), addressOf: (request) => ports.addressOf(request) },
  });
  return createHandler({ logger, platformUrl: ports.publicUrl }, [
    refuseAppPages(ports),
    publicPages(ports, routes),
    serveDocs(logger),
    ...routers,
  ]);
}

/** How what is asked, done and refused comes into the audit log. */
export function auditOf({
  logger,
  store: { audit },
}: Pick<ApiPorts, 'store' | 'logger'>): Omit<NonNullable<RouterPorts['audit']>, 'addressOf'> {
  const refusals = new RefusalLog(audit, logger);
  return {
    act: (entry, run) => auditedAct({ audit, logger }, entry, run),
    failed: (error, { origin, caller, target }) => {
      if (!isRefusal(error)) return;
      const { code, message: reason } = error;
      const account = caller?.account ?? null;
      const actor = caller === null ? 'nobody' : actorOf(caller);
      refusals.note({ origin, account, actor, code, target, reason });
    },
  };
}

/** Whose token a request shows. Errors: `auth.missing_token`, `auth.wrong_token`, `auth.expired_token`. */
export async function authenticate(
  { store }: Pick<ApiPorts, 'store'>,
  request: Pick<IncomingMessage, 'headers'>,
): Promise<Caller> {
  const info = await store.tokens.verify(bearerToken(request.headers.authorization));
  if (info === null) {
    throw new VumiError(
      'auth.wrong_token',
      "this token is not known here, or it was revoked; the administrator's is what VUMI_ADMIN_TOKEN says where the platform runs, else in the file admin-token of its data folder",
    );
  }
  if (info.expired) {
    throw new VumiError(
      'auth.expired_token',
      `this token ended at ${info.expires_at}: issue another one with "vumi token create"`,
    );
  }
  return { account: info.account, scopes: info.scopes, token: info };
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
