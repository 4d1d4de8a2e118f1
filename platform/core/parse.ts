import type { z } from 'zod';
import { withBody } from './body.ts';
import { valueAt } from './input.ts';
import { errorText, VumiError } from './errors.ts';

const SHOWN = 80;

/** Reads one message; what nothing was added to remembers its JSON (`bodyOf`), so that it goes on as it came. */
export function parseWire<S extends z.ZodType<object>>(schema: S, json: string): z.infer<S> {
  const value = parseJson(json);
  const message = validate(schema, value);
  return isAsGiven(message, value) ? withBody(message, json) : message;
}

/** The schemas only add what is missing. */
function isAsGiven(message: object, value: unknown): boolean {
  return Object.keys(message).length === Object.keys(value as object).length;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new VumiError(
      'message.not_json',
      `not JSON: ${errorText(error)} in ${JSON.stringify(json.slice(0, SHOWN))}`,
      {
        cause: error,
      },
    );
  }
}

/** Checks a value against a schema of the wire and names the first field that is missing or invalid. */
function validate<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  if (field === '')
    throw new VumiError('message.invalid_field', 'a message must be a JSON object', { cause: result.error });
  const missing = issue !== undefined && valueAt(value, issue.path) === undefined;
  throw missing
    ? new VumiError('message.missing_field', `field "${field}" is missing`, { field, cause: result.error })
    : new VumiError('message.invalid_field', `field "${field}" is invalid: ${issue?.message ?? ''}`, {
        field,
        cause: result.error,
      });
}
