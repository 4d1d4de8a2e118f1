import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Router, type RouterContext } from '@koa/router';
import { httpMeasures } from '@vumi/measures';
import { newId } from '@vumi/core';
import { withAuditOrigin, type AuditOrigin, type NewAuditEntry } from '@vumi/store';
import type { Middleware } from 'koa';
import type { Caller } from './access.ts';
import type { Answer, Route } from './route.ts';

/** How the routes of one place know who is calling. */
export interface RouterPorts {
  authenticate(request: IncomingMessage): Promise<Caller>;
  /** Refuses parameters that name nothing; the caller may use the route already. */
  admit?(params: Readonly<Record<string, unknown>>): Promise<void>;
  /** The audit log; absent: nothing of what is changed here is for it. */
  readonly audit?: AuditPorts;
  /** Calls `end` when the caller may no longer have what he is being given. */
  watch?(caller: Caller, end: () => void): Disposable;
}

interface AuditPorts {
  /** Whom a request is from, behind trusted proxies. */
  addressOf(request: IncomingMessage): string;
  act(entry: NewAuditEntry, run: () => Promise<Answer>): Promise<Answer>;
  /** Hears of every error; `caller` null: nobody is known. */
  failed(error: unknown, asked: { origin: AuditOrigin; caller: Caller | null; target: string }): void;
}

/** By which the answer and the audit log name a request. */
const REQUEST_ID = 'X-Request-Id';

/** Serves routes. Errors are thrown to `answerProblems`. */
export function serveRoutes(routes: readonly Route[], ports: RouterPorts): Middleware[] {
  const router = new Router();
  for (const route of routes) {
    const template = route.prefix + route.path;
    router.register(template, [route.method], async (ctx: RouterContext) => {
      const startedAt = performance.now();
      ctx.res.once('finish', () => httpMeasures.requests.add(1, route.method, template, String(ctx.status)));
      const gone = new AbortController();
      ctx.res.once('close', () => gone.abort());
      let caller: Caller | null = null;
      const origin = { requestId: newId(), source: ports.audit?.addressOf(ctx.req) ?? '' };
      ctx.set(REQUEST_ID, origin.requestId);
      const exchange = {
        request: ctx.req,
        params: ctx.params,
        query: { ...ctx.query },
        signal: gone.signal,
        authenticate: async () => (caller = await ports.authenticate(ctx.req)),
        admit: async (params: Readonly<Record<string, unknown>>) => ports.admit?.(params),
        act: (entry: NewAuditEntry, run: () => Promise<Answer>) => ports.audit?.act(entry, run) ?? run(),
      };
      const answer = await withAuditOrigin(origin, () => route.respond(exchange)).catch((error: unknown) => {
        const target = `${route.method} ${route.prefix}${route.path}`;
        ports.audit?.failed(error, { origin, caller, target });
        throw error;
      });
      // How long a followed log goes on is its reader's affair.
      httpMeasures.seconds.since(startedAt, route.method, template);
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
