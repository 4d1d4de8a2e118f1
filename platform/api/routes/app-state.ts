import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { accountScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { appParams } from '../query.ts';
import { pageOf, stateEntrySchema, stateWrittenSchema } from '../resources.ts';
import { defineRoute, done, ok, type Route } from '../route.ts';

/** Values of state are large: fewer than of other lists. */
const MOST_LISTED = 200;
const MOST_WRITTEN = 200;
/** A hundred years, in seconds. */
const LONGEST_TTL = 3_155_760_000;

const key = z.string().min(1).max(512);
const ttl = z
  .int()
  .min(1)
  .max(LONGEST_TTL)
  .optional()
  .describe('Seconds until it is forgotten; absent: it is kept');
const user = z
  .string()
  .min(1)
  .max(512)
  .optional()
  .describe('An address: what the app keeps of that user (app.user). Absent: what its users share');
const ownerQuery = z.strictObject({ user });
const listQuery = ownerQuery.extend({
  prefix: z.string().max(512).default('').describe('How the keys begin'),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,700}$/, 'take the next_cursor of the answer before')
    .optional(),
  limit: z.coerce.number().int().min(1).max(MOST_LISTED).default(100).describe(`Up to ${MOST_LISTED}`),
});
const keyParams = appParams.extend({ key });
const value = z
  .unknown()
  .refine((given) => given !== undefined, 'give the value')
  .describe('Any JSON');
const PATH = '/accounts/:account/apps/:app/state';

function afterOf(cursor: string | undefined): string | undefined {
  return cursor === undefined || cursor === '' ? undefined : Buffer.from(cursor, 'base64url').toString();
}

function noKey(name: string): VumiError {
  return new VumiError('not_found', `there is no key "${name}" in the state of this app`);
}

/** What apps keep: `app.state` and `app.user`, of an app of Vumi Go its kv. */
export function appStateRoutes(ports: ApiPorts): Route[] {
  return [...readRoutes(ports), ...changeRoutes(ports)];
}

function readRoutes({ appState }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: PATH,
      id: 'listAppState',
      summary: 'List what an app keeps, by key: app.state, or the kv of an app of Vumi Go',
      access: accountScope('apps:read'),
      params: appParams,
      query: listQuery,
      answers: { 200: { description: 'Keys and values', schema: pageOf(stateEntrySchema) } },
      handle: async ({ params, query }) => {
        const { prefix, limit, cursor } = query;
        const page = { prefix, limit, after: afterOf(cursor) };
        const { items, next } = await appState.list(params, query.user ?? null, page);
        return ok({ items, next_cursor: next === null ? null : Buffer.from(next).toString('base64url') });
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${PATH}/:key`,
      id: 'getAppState',
      summary: 'One value of what an app keeps',
      access: accountScope('apps:read'),
      params: keyParams,
      query: ownerQuery,
      answers: { 200: { description: 'The key and its value', schema: stateEntrySchema } },
      handle: async ({ params: { key: name, ...ref }, query }) => {
        const found = await appState.read(ref, query.user ?? null, name);
        if (found === undefined) throw noKey(name);
        return ok({ key: name, value: found });
      },
    }),
  ];
}

function changeRoutes({ appState }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'PUT',
      path: `${PATH}/:key`,
      id: 'putAppState',
      summary: 'Set one value of what an app keeps',
      access: accountScope('apps:write'),
      params: keyParams,
      query: ownerQuery,
      body: jsonBody(z.strictObject({ value, ttl })),
      answers: { 200: { description: 'The key and its value', schema: stateEntrySchema } },
      handle: async ({ params: { key: name, ...ref }, query, body }) => {
        await appState.write(ref, query.user ?? null, [{ key: name, ...body }]);
        return ok({ key: name, value: body.value });
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: `${PATH}/:key`,
      id: 'deleteAppState',
      summary: 'Forget one value of what an app keeps',
      access: accountScope('apps:write'),
      params: keyParams,
      query: ownerQuery,
      answers: { 204: { description: 'Deleted' } },
      handle: async ({ params: { key: name, ...ref }, query }) => {
        if (!(await appState.delete(ref, query.user ?? null, name))) throw noKey(name);
        return done;
      },
    }),
    defineRoute({
      method: 'POST',
      path: PATH,
      id: 'importAppState',
      summary: 'Set many values of what an app keeps, all or none; those that are so already are left alone',
      access: accountScope('apps:write'),
      params: appParams,
      query: ownerQuery,
      body: jsonBody(
        z.strictObject({
          items: z.array(z.strictObject({ key, value, ttl })).min(1).max(MOST_WRITTEN),
          dry_run: z.boolean().default(false).describe('Only say how many would be set'),
        }),
      ),
      answers: { 200: { description: 'How many were set', schema: stateWrittenSchema } },
      handle: async ({ params, query, body }) =>
        ok(await appState.write(params, query.user ?? null, body.items, body.dry_run)),
    }),
  ];
}
