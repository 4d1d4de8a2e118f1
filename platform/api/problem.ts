import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { errorAddress, errorText, VumiError, type Logger } from '@vumi/core';
import type { Context, Middleware } from 'koa';
import { z } from 'zod';

/** RFC 9457, with a stable `code` and in `detail` one line that says what to do. */
export const problemSchema = z.looseObject({
  type: z.string().describe('urn:vumi:error:<code>'),
  title: z.string().describe("The status code's name"),
  status: z.int(),
  code: z.string().describe('Stable: programs may depend on it'),
  detail: z.string().describe('What is wrong and what to do'),
  docs: z.string().optional().describe('Where the platform tells what the code means'),
  field: z.string().optional().describe('The offending field, as a path'),
  errors: z.array(z.object({ field: z.string(), detail: z.string() })).optional(),
});

/**
 * Turns whatever is thrown below it, and what nobody answered, into `application/problem+json`. `platformUrl` is where the
 * documentation is served, null where it is nowhere.
 */
export function answerProblems(logger: Logger, platformUrl: string | null): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.body === undefined && ctx.status >= 400) throw unanswered(ctx);
    } catch (thrown) {
      const error = toVumiError(thrown, logger, ctx);
      writeProblem(ctx, error, platformUrl);
    }
  };
}

function unanswered(ctx: Context): VumiError {
  const what = `${ctx.method} ${ctx.path.slice(0, 200)}`;
  return ctx.status === 404
    ? new VumiError('not_found', `there is nothing at ${what}; /api/v1/openapi.json lists what there is`)
    : new VumiError(
        'request.method_not_allowed',
        `${what} is not possible; this address takes ${ctx.response.get('Allow') || 'other methods'}`,
      );
}

function toVumiError(thrown: unknown, logger: Logger, ctx: Context): VumiError {
  if (thrown instanceof VumiError) {
    if (thrown.status >= 500) logger.warn({ error: thrown, path: ctx.path }, 'a request failed');
    return thrown;
  }
  // Koa and its router throw these for requests that they cannot read, such as "%zz" in a path.
  if (isHttpError(thrown) && thrown.status < 500) {
    return new VumiError('request.invalid', `the request cannot be read: ${thrown.message}`);
  }
  const reference = randomUUID();
  logger.error(
    { error: thrown, text: errorText(thrown), reference, method: ctx.method, path: ctx.path },
    'a request failed unexpectedly',
  );
  return new VumiError(
    'internal',
    `the platform failed here; whoever runs it finds the reason in its log under ${reference}`,
  );
}

function isHttpError(thrown: unknown): thrown is Error & { status: number } {
  return thrown instanceof Error && 'status' in thrown && typeof thrown.status === 'number';
}

function writeProblem(ctx: Context, error: VumiError, platformUrl: string | null): void {
  ctx.status = error.status;
  if (error.status === 401) ctx.set('WWW-Authenticate', 'Bearer realm="vumi"');
  ctx.body = JSON.stringify({
    ...error.details,
    type: `urn:vumi:error:${error.code}`,
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    code: error.code,
    detail: error.message,
    ...(platformUrl === null ? {} : { docs: errorAddress(platformUrl, error.code) }),
    ...(error.field === undefined ? {} : { field: error.field }),
  });
  ctx.type = 'application/problem+json';
}
