import { VumiError } from '@vumi/core';
import type { z } from 'zod';
import type { Page } from './records.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1000;

/** The limit of a page; `request.invalid` unless it is 1 to the `largest`. */
export function pageLimit(limit: number = DEFAULT_LIMIT, largest: number = MAX_LIMIT): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= largest) return limit;
  throw new VumiError('request.invalid', `"limit" must be a whole number from 1 to ${largest}`, {
    field: 'limit',
  });
}

/** A place in a list: the sort key of a row, opaque to callers. */
export function encodeCursor(key: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Null for the start of the list; `request.invalid` for what we did not give out for a list of that kind. */
export function decodeCursor<S extends z.ZodType>(
  schema: S,
  cursor: string | undefined,
  field = 'cursor',
): z.infer<S> | null {
  if (cursor === undefined) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (error) {
    throw new VumiError(
      'request.invalid',
      `"${field}" is not one that this list gave out: leave it away to start anew`,
      { field, cause: error },
    );
  }
}

/** Cuts rows that were asked for with one more than the limit into a page. */
export function toPage<R, T>(
  rows: readonly R[],
  limit: number,
  { key, item }: { key: (row: R) => readonly unknown[]; item: (row: R) => T },
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(item), next_cursor: more ? encodeCursor(key(last)) : null };
}
