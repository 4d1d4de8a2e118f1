import { isIP } from 'node:net';
import { VumiError, type Logger } from '@vumi/core';
import type { Middleware } from 'koa';
import { everybody } from './access.ts';
import { hostName } from './app-origin.ts';
import { createHandler, type RequestHandler } from './handler.ts';
import type { Simulator } from './ports.ts';
import { serveRoutes } from './router.ts';
import { simulatorRoutes } from './routes/simulators.ts';

/** The API of a simulator that runs alone, without tokens: for whoever reaches it by an address or as localhost. */
export function createSimulatorApi(ports: { simulator: Simulator; logger: Logger }): RequestHandler {
  const routers = serveRoutes(simulatorRoutes(ports, everybody), {
    authenticate: () => Promise.resolve({ account: null, scopes: [] }),
  });
  return createHandler({ logger: ports.logger, platformUrl: null }, [refuseNames, ...routers]);
}

/** A page whose name is made to point here must not write messages. */
const refuseNames: Middleware = (ctx, next) => {
  const name = hostName(ctx.req.headers.host ?? '').replace(/^\[(.*)\]$/, '$1');
  if (name === 'localhost' || isIP(name) !== 0) return next();
  throw new VumiError('auth.forbidden', 'reach the simulator as localhost or by its address');
};
