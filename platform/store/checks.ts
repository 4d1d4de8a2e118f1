import { nameSchema, slugSchema, VumiError, type AppRef } from '@vumi/core';
import type { z } from 'zod';

/** Throws `request.invalid` unless the text is the name of an account or an app. */
export function checkSlug(field: string, text: string): void {
  check(slugSchema, field, text);
}

/** Throws `request.invalid` unless both parts are slugs. */
export function checkRef(ref: AppRef): void {
  checkSlug('account', ref.account);
  checkSlug('app', ref.app);
}

/** Throws `request.invalid` unless the text is the name of a route or a transport. */
export function checkName(field: string, text: string): void {
  check(nameSchema, field, text);
}

/** Throws `request.invalid` unless the text is what the schema asks for. */
export function check(schema: z.ZodType<string>, field: string, text: string): void {
  const result = schema.safeParse(text);
  if (result.success) return;
  const reason = result.error.issues[0]?.message ?? '';
  throw new VumiError('request.invalid', `"${text}" is no name for "${field}": ${reason}`, { field });
}

/** Milliseconds since the epoch; `request.invalid` when the text is no instant. */
export function checkInstant(field: string, text: string): number {
  const epochMs = Date.parse(text);
  if (!Number.isNaN(epochMs)) return epochMs;
  throw new VumiError(
    'request.invalid',
    `"${field}" is no date: use ISO 8601, such as 2026-11-22T08:00:00Z`,
    {
      field,
    },
  );
}

export function noAccount(account: string): VumiError {
  return new VumiError('not_found', `there is no account "${account}": create it first`);
}

export function noApp({ account, app }: AppRef): VumiError {
  return new VumiError(
    'not_found',
    `account "${account}" has no app "${app}": deploy one, or list the account's apps`,
  );
}
