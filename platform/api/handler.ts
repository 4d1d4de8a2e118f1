import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorText, type Logger } from '@vumi/core';
import Koa, { type Middleware } from 'koa';
import { answerProblems } from './problem.ts';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** A handler for Node's server out of middleware; whatever that throws becomes a problem document. */
export function createHandler(logger: Logger, middleware: readonly Middleware[]): RequestHandler {
  const app = new Koa();
  app.on('error', (error) => logger.warn({ text: errorText(error) }, 'an answer was cut short'));
  app.use(answerProblems(logger));
  for (const one of middleware) app.use(one);
  const handle = app.callback();
  return (request, response) => void handle(request, response);
}
