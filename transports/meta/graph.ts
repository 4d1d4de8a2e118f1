import { withoutControls } from '@vumi/core';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import { fieldsOf, readObject, textOf } from '../http/json.ts';

/** An error of Meta's Graph API. */
export interface GraphError {
  readonly code: number;
  readonly text: string;
}

const LONGEST_TEXT = 200;
/** Too many calls of the app, of the account, of this number (spec channels §C). */
const THROTTLES = new Set([4, 32, 613, 80_007, 130_429, 131_048, 133_016]);
const UNAUTHORIZED = new Set([102, 190]);

/** The error of an answer; null: there is none, or HTTP says all that counts. */
export function graphError(answer: Answered): GraphError | null {
  if (answer.status >= 500 || answer.status === 429) return null;
  const { code, message, error_data } = fieldsOf(readObject(answer.body)?.['error']);
  if (typeof code !== 'number') return null;
  const details = textOf(fieldsOf(error_data)['details']) ?? textOf(message) ?? '';
  return { code, text: withoutControls(details).slice(0, LONGEST_TEXT) };
}

/** What an error means that is of no one message; null: of this one. */
export function graphVerdict({ code }: GraphError): Verdict | null {
  if (THROTTLES.has(code)) return { kind: 'throttled' };
  return UNAUTHORIZED.has(code) ? { kind: 'unauthorized' } : null;
}
