import { createHash } from 'node:crypto';
import { withoutNul } from './array-parameter.ts';

/** Postgres refuses index entries over 2,700 bytes; the whole text is in the body. */
const MAX_INDEXED = 500;
const DIGEST_LENGTH = 64;

/** How an id stands in its column. A long one keeps its start and stays unique by its hash. */
export function indexedId(id: string): string {
  if (id.length <= MAX_INDEXED) return withoutNul(id);
  return withoutNul(id.slice(0, MAX_INDEXED - DIGEST_LENGTH)) + createHash('sha256').update(id).digest('hex');
}

/** How an address stands in its column. */
export function indexedText(text: string | null): string | null {
  return text === null ? null : withoutNul(text.slice(0, MAX_INDEXED));
}
