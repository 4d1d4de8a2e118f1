import { nameSchema, slugSchema } from '@vumi/core';
import { z } from 'zod';

const MAX_LIMIT = 500;

/** How lists are paged. */
export const pageQuery = z.strictObject({
  cursor: z
    .string()
    .max(500)
    .transform((text) => (text === '' ? undefined : text))
    .optional()
    .describe('The next_cursor of the answer before'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_LIMIT)
    .default(50)
    .describe(`How many at most, up to ${MAX_LIMIT}`),
});

/** The page of a checked query, as the store takes it. */
export function pageOfQuery(query: { cursor?: string | undefined; limit: number }) {
  return { limit: query.limit, ...(query.cursor === undefined ? {} : { cursor: query.cursor }) };
}

/** `?flag=true|false`. */
export function flag(fallback: boolean) {
  return z
    .enum(['true', 'false'])
    .default(fallback ? 'true' : 'false')
    .transform((text) => text === 'true');
}

export const accountParams = z.strictObject({ account: slugSchema });
export const appParams = accountParams.extend({ app: slugSchema });
export const namedParams = accountParams.extend({ name: nameSchema });

/** Whose thing a checked path is about; null where it names no account. */
export function accountOf(params: Readonly<Record<string, unknown>>): string | null {
  const { account } = params;
  return typeof account === 'string' ? account : null;
}

/** The same object without the members that are undefined, for ports whose fields are absent or there. */
export function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
