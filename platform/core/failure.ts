import { parseJson, validate } from './parse.ts';
import { envelope, failureSchema, type FailureMessage } from './wire.ts';

/** Wraps what could not be handled. `temporary` asks the failure worker to try again later. */
export function createFailure(
  message: unknown,
  reason: string,
  code: FailureMessage['failure_code'] = null,
): FailureMessage {
  return { ...envelope('failure_message'), message, failure_code: code, reason };
}

export function parseFailure(json: string): FailureMessage {
  return validate(failureSchema, parseJson(json));
}
