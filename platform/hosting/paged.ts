import { VumiError, type AppRef } from '@vumi/core';
import { z } from 'zod';
import { seal, unseal } from './sealed.ts';

/** How lists of people are paged. */
export const pagedQuery = z.strictObject({
  cursor: z.string().max(2000).optional().describe('The next_cursor of the answer before'),
  limit: z.coerce.number().int().min(1).max(100).default(50).describe('How many at most, up to 100'),
});

export function pagedSchema<S extends z.ZodType>(item: S) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().describe('Ask again with ?cursor=… for what follows; null: no more'),
  });
}

/** A list of an app's page; routes mark cursors with the filters (platform/api/bound-cursor.ts). */
interface ListPlace {
  readonly ref: AppRef;
  readonly list: string;
}

/** A cursor of the store names a row, which may be called like a number: pages get it sealed. */
export function sealCursor(secret: string, place: ListPlace, cursor: string | null): string | null {
  return cursor === null ? null : seal(secret, labelOf(place), cursor);
}

/** Throws `request.wrong_cursor`. */
export function openCursor(
  secret: string,
  place: ListPlace,
  given: string | undefined,
): { readonly cursor?: string } {
  if (given === undefined || given === '') return {};
  const cursor = unseal(secret, labelOf(place), given);
  if (cursor !== null) return { cursor };
  throw new VumiError(
    'request.wrong_cursor',
    'this cursor is not of this list: leave it away to start anew',
    { field: 'cursor' },
  );
}

function labelOf({ ref: { account, app }, list }: ListPlace): string[] {
  return [account, app, list, 'cursor'];
}
