import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorText, type Logger } from '@vumi/core';
import Koa, { type Middleware } from 'koa';
import { answerProblems } from './problem.ts';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * A handler for Node's server out of middleware; whatever that throws becomes a problem document, with an address in the
 * documentation at `platformUrl`, where one is given.
 */
export function createHandler(
  { logger, platformUrl }: { readonly logger: Logger; readonly platformUrl: string | null },
  middleware: readonly Middleware[],
): RequestHandler {
  const app = new Koa();
  app.on('error', (error) => logger.warn({ text: errorText(error) }, 'an answer was cut short'));
  app.use(answerProblems(logger, platformUrl));
  for (const one of middleware) app.use(one);
  const handle = app.callback();
  return (request, response) => void handle(request, response);
}
