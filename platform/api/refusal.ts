import { VumiError } from '@vumi/core';

/** What says by itself that somebody asked for what is not his, or for too much. */
const CODES: ReadonlySet<string> = new Set(['request.too_large', 'request.wrong_cursor']);

/** Other errors that were thrown because the caller may not. */
const marked = new WeakSet<VumiError>();

/** The error, known for a refusal: to another account's holder it looks like something that is not there. */
export function asRefusal(error: unknown): unknown {
  if (error instanceof VumiError) marked.add(error);
  return error;
}

/** Whether an error is for the audit log: wrong tokens, missing scopes, forgeries, cursors of others, oversized queries. */
export function isRefusal(error: unknown): error is VumiError {
  if (!(error instanceof VumiError)) return false;
  const { code, field } = error;
  const asksTooMuch = code === 'request.invalid' && field === 'limit';
  return (
    code.startsWith('auth.') ||
    code.startsWith('payment.forged') ||
    CODES.has(code) ||
    marked.has(error) ||
    asksTooMuch
  );
}
