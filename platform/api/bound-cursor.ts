import { hash } from 'node:crypto';
import { VumiError } from '@vumi/core';

/** Characters of 66 bits: two queries are not taken for each other by chance. */
const MARK_LENGTH = 11;
/** What changes how many rows are given and how they are written, not which. */
const NOT_OF_THE_QUERY = new Set([
  'cursor',
  'after',
  'limit',
  'format',
  'columns',
  'follow',
  'level',
  'after_event',
]);

/**
 * Cursors carry a mark of the account and the query that they were given out for. It is no secret: what a cursor opens is
 * decided by the token and the path, and the mark tells whoever takes one to another list that it does not belong there.
 */
export class CursorMark {
  readonly #mark: string;

  constructor(params: Readonly<Record<string, unknown>>, query: Readonly<Record<string, unknown>>) {
    const asked = [params, query].map((values) =>
      Object.entries(values)
        .filter(([name, value]) => value !== undefined && !NOT_OF_THE_QUERY.has(name))
        .map(([name, value]) => [name, String(value)])
        .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    );
    this.#mark = hash('sha256', JSON.stringify(asked), 'base64url').slice(0, MARK_LENGTH);
  }

  add(cursor: string): string {
    return this.#mark + cursor;
  }

  /** Throws `request.wrong_cursor` for what was not given out for this query. */
  remove(cursor: string, field: string): string {
    if (cursor.startsWith(this.#mark)) return cursor.slice(MARK_LENGTH);
    throw new VumiError(
      'request.wrong_cursor',
      `"${field}" was not given out for this account and this query: ask with the filters that you had, or leave it away to start anew`,
      { field },
    );
  }
}
