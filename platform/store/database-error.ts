import { DatabaseError } from 'pg';
import { errorText, VumiError } from '@vumi/core';

/** Postgres' classes of errors after which the same statement may succeed: connection, rollback, resources, operator. */
const PASSING = /^(08|40|53|57)/;
/** A text with the character NUL, or an escape that Postgres cannot hold. */
const UNSTORABLE = /^(22021|22P05)$/;
const QUERY_CANCELED = '57014';
const NETWORK = /^E[A-Z_]+$/;
/** Errors of `pg` that have no code. */
const DRIVER =
  /Connection terminated|connection error|timeout exceeded when trying to connect|Query read timeout|Client was closed|not queryable/i;
/** Wrong password, no such role or database: as unreachable as a server that is down, until somebody acts. */
const REFUSED = /^(28|3D)/;

/** What goes wrong with a statement, as the store tells it. */
export function databaseError(error: unknown): VumiError {
  if (error instanceof VumiError) return error;
  const code = error instanceof DatabaseError ? (error.code ?? '') : '';
  if (UNSTORABLE.test(code)) {
    return new VumiError('request.invalid', 'a text with the character NUL cannot be stored: leave it away', {
      cause: error,
    });
  }
  if (REFUSED.test(code)) {
    const advice = code.startsWith('3D') ? 'create it with "createdb"' : 'check user and password of the URL';
    const text = `Postgres refuses the connection: ${errorText(error)}; ${advice}`;
    return new VumiError('store.unavailable', text, { cause: error });
  }
  if (PASSING.test(code) || isNetworkError(error)) {
    return new VumiError(
      'store.unavailable',
      `Postgres does not answer: ${errorText(error)}; look whether it runs`,
      {
        cause: error,
      },
    );
  }
  const text = code === '' ? errorText(error) : `Postgres refused a statement: ${errorText(error)}`;
  return new VumiError('internal', text, { cause: error });
}

/** Whether the server has ended a statement that took too long. */
export function wasCancelled(error: unknown): boolean {
  const cause = error instanceof VumiError ? error.cause : error;
  return cause instanceof DatabaseError && cause.code === QUERY_CANCELED;
}

function isNetworkError(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof DatabaseError) return false;
  // Node tells of several addresses tried with an AggregateError, whose message is empty.
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return NETWORK.test(code) || DRIVER.test(error.message);
}
