import type { ErrorCode } from './errors.ts';
import { parseWire } from './parse.ts';
import { withoutSecretIn } from './secret-answers.ts';
import { envelope, failureSchema, type FailureMessage } from './wire.ts';

/** More than Vumi's failures say: who replays one needs the first, who looks for a cause the second. */
export interface FailureOrigin {
  /** The routing key under which the message can be tried again. */
  readonly queue?: string;
  readonly error?: ErrorCode | null;
}

/** Wraps what could not be handled, without what is secret of it. `temporary` asks the failure worker to try again later. */
export function createFailure(
  message: unknown,
  reason: string,
  code: FailureMessage['failure_code'] = null,
  { queue, error = null }: FailureOrigin = {},
): FailureMessage {
  return {
    ...envelope('failure_message'),
    message: withoutSecretIn(message),
    failure_code: code,
    reason,
    ...(queue === undefined ? {} : { queue }),
    ...(error === null ? {} : { error }),
  };
}

export function parseFailure(json: string): FailureMessage {
  return parseWire(failureSchema, json);
}
