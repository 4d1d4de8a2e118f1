import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Router, type RouterContext } from '@koa/router';
import type { Middleware } from 'koa';
import type { Caller } from './access.ts';
import type { Answer, Route } from './route.ts';

/** How the routes of one place know who is calling. */
export interface RouterPorts {
  authenticate(request: IncomingMessage): Promise<Caller>;
  /** Refuses parameters that name nothing; the caller may use the route already. */
  admit?(params: Readonly<Record<string, unknown>>): Promise<void>;
  /** Calls `end` when the caller may no longer have what he is being given. */
  watch?(caller: Caller, end: () => void): Disposable;
}

/** Serves routes. Errors are thrown to `answerProblems`. */
export function serveRoutes(routes: readonly Route[], ports: RouterPorts): Middleware[] {
  const router = new Router();
  for (const route of routes) {
    router.register(route.prefix + route.path, [route.method], async (ctx: RouterContext) => {
      const gone = new AbortController();
      ctx.res.once('close', () => gone.abort());
      let caller: Caller | null = null;
      const answer = await route.respond({
        request: ctx.req,
        params: ctx.params,
        query: { ...ctx.query },
        signal: gone.signal,
        authenticate: async () => (caller = await ports.authenticate(ctx.req)),
        admit: async (params) => ports.admit?.(params),
      });
      writeAnswer(ctx, answer);
      if ('chunks' in answer && caller !== null) endWithToken(ctx, ports, caller);
    });
  }
  return [noStore, router.routes() as Middleware, router.allowedMethods() as Middleware];
}

/** What is cut off shows as an error at the client: an export that just ended would look complete. */
function endWithToken(ctx: RouterContext, ports: RouterPorts, caller: Caller): void {
  const watched = ports.watch?.(caller, () => ctx.res.destroy());
  ctx.res.once('close', () => watched?.[Symbol.dispose]());
}

/** Answers are somebody's data: no cache between us and him keeps them. */
const noStore: Middleware = (ctx, next) => {
  ctx.set('Cache-Control', 'no-store');
  ctx.set('X-Content-Type-Options', 'nosniff');
  return next();
};

function writeAnswer(ctx: RouterContext, answer: Answer): void {
  ctx.status = answer.status;
  if ('json' in answer) {
    ctx.body = JSON.stringify(answer.json);
    ctx.type = 'application/json';
  } else if ('text' in answer) {
    ctx.body = answer.text;
    ctx.set('Content-Type', answer.type);
  } else if ('chunks' in answer) {
    ctx.type = answer.type;
    ctx.body = Readable.from(answer.chunks, { objectMode: false });
    ctx.flushHeaders();
  }
}
