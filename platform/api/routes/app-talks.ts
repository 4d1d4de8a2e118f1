import { z } from 'zod';
import { accountScope } from '../access.ts';
import type { ApiPorts } from '../ports.ts';
import { appParams } from '../query.ts';
import { endedTalksSchema, openTalkSchema, pageOf } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

/** Each is read by itself. */
const MOST_LISTED = 200;
const PATH = '/accounts/:account/apps/:app/talks';

const version = z.coerce.number().int().positive().optional().describe('Only those that are on this version');
const listQuery = z.strictObject({
  version,
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,1400}$/, 'take the next_cursor of the answer before')
    .optional(),
  limit: z.coerce.number().int().min(1).max(MOST_LISTED).default(100).describe(`Up to ${MOST_LISTED}`),
});

/** Conversations that are open in an app. */
export function appTalkRoutes({ store, openTalks }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: PATH,
      id: 'listTalks',
      summary:
        'List the conversations that are open in an app, by user; a page may have fewer than its limit',
      access: accountScope('apps:read'),
      params: appParams,
      query: listQuery,
      answers: { 200: { description: 'Open conversations', schema: pageOf(openTalkSchema) } },
      handle: async ({ params, query: { cursor = '', ...page } }) => {
        await store.apps.get(params);
        const after = cursor === '' ? undefined : Buffer.from(cursor, 'base64url').toString();
        const { items, next } = await openTalks.list(params, { ...page, after });
        return ok({ items, next_cursor: next === null ? null : Buffer.from(next).toString('base64url') });
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: PATH,
      id: 'endTalks',
      summary: 'End the conversations that are open in an app, without a word to their users',
      access: accountScope('apps:write'),
      params: appParams,
      query: z.strictObject({ version }),
      answers: { 200: { description: 'How many were ended', schema: endedTalksSchema } },
      handle: async ({ params, query }) => {
        await store.apps.get(params);
        return ok({ ended: await openTalks.end(params, query.version) });
      },
    }),
  ];
}
