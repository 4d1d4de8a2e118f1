import { VumiError } from '@vumi/core';
import type { HttpAnswer } from '@vumi/http';

/** An error as Junebug writes it. */
export interface JunebugError {
  readonly type: string;
  readonly message: string;
  readonly schema_path?: readonly string[];
}

const PHRASES: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
};

/** What was asked for, in Junebug's envelope. */
export function result(status: number, description: string, given: unknown): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ status, code: PHRASES[status], description, result: given }),
  };
}

export function errors(status: number, description: string, given: readonly JunebugError[]): HttpAnswer {
  const answer = result(status, description, { errors: given });
  const realm = { ...answer.headers, 'www-authenticate': 'Basic realm="Junebug"' };
  return status === 401 ? { ...answer, headers: realm } : answer;
}

/** What the platform refuses, in Junebug's words. Throws what is no refusal. */
export function refusal(error: unknown): HttpAnswer {
  if (!(error instanceof VumiError) || error.status >= 500) throw error;
  const { code, message } = error;
  if (code === 'not_found') return errors(404, 'channel not found', [{ type: 'ChannelNotFound', message }]);
  if (code === 'auth.forbidden') return errors(403, 'forbidden', [{ type: 'Forbidden', message }]);
  if (code === 'number.not_assigned')
    return errors(403, 'api usage error', [{ type: 'ApiUsageError', message }]);
  if (code === 'transport.unknown_type')
    return errors(400, 'invalid channel type', [{ type: 'InvalidChannelType', message }]);
  return errors(400, 'api usage error', [{ type: 'ApiUsageError', message }]);
}
