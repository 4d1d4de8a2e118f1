import { isSecretAnswer, SECRET_ANSWER, withoutSecretAnswer, type UserMessage } from '@vumi/core';
import { SEALED_MARK, SECRET_MARK } from '@vumi/core/talks';
import { parseGuestJson } from '../guest-json.ts';

/**
 * The JSON text with `[secret]` in place of what conversations remember of secret answers, sealed or not, also within texts that
 * are JSON. Throws `app.limit` for what no guest of good will leaves.
 */
export function hideSecretAnswers(json: string): string {
  return isMarked(json) ? JSON.stringify(hidden(parseGuestJson(json))) : json;
}

function hidden(value: unknown): unknown {
  if (typeof value === 'string') return isMarked(value) ? hiddenText(value) : value;
  if (Array.isArray(value)) return value.map(hidden);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === SECRET_MARK || name === SEALED_MARK ? SECRET_ANSWER : hidden(member),
    ]),
  );
}

function isMarked(text: string): boolean {
  return text.includes(SECRET_MARK) || text.includes(SEALED_MARK);
}

function hiddenText(text: string): string {
  try {
    return hideSecretAnswers(text);
  } catch {
    return SECRET_ANSWER;
  }
}

/** What a turn started with, as it is recorded: of a secret answer without its text, and it says so. */
export function hideSecretStart(start: string, message: UserMessage | null): string {
  if (message === null || !isSecretAnswer(message)) return start;
  const { body, ...rest } = JSON.parse(start) as { readonly body: UserMessage };
  const { vumi } = message.helper_metadata;
  const typed = { ...body, helper_metadata: { ...body.helper_metadata, vumi } };
  const { helper_metadata, ...shown } = withoutSecretAnswer(typed);
  const { vumi: _platform, ...metadata } = helper_metadata;
  return JSON.stringify({ ...rest, body: { ...shown, helper_metadata: metadata }, isSecret: true });
}
