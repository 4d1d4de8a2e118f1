import { nameSchema, slugSchema } from '@vumi/core';
import { z } from 'zod';
import { accountScope, platformScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, flag, pageOfQuery, pageQuery } from '../query.ts';
import { numberSchema, pageOf, releasedNumberSchema } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

const text = z.string().trim().min(1).max(160);
const numberText = text.describe(
  'A number, a short code or a name of a sender; absent: all of the transport',
);
const keywordText = text.describe('Only what begins with this word; absent: all of the number');
const assignBody = jsonBody(
  z.strictObject({
    account: slugSchema.describe('Whose it is from now on'),
    transport: nameSchema,
    number: numberText.nullable().default(null),
    range: z.boolean().default(false).describe('true: all numbers that begin so'),
    keyword: keywordText.nullable().default(null),
  }),
);
const releaseQuery = z.strictObject({
  transport: nameSchema,
  number: numberText.optional(),
  range: flag(false).describe('true: the range that begins so'),
  keyword: keywordText.optional(),
});
const listQuery = pageQuery.extend({ transport: nameSchema.optional() });

/** Which numbers of which transports are whose: operators say so, accounts route and send from what is theirs. */
export function numberRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'PUT',
      path: '/numbers',
      id: 'assignNumber',
      tells: (body) => ({ ...body }),
      summary:
        'Assign a number, a range, a whole transport or a keyword of one of these to an account; 409 says who has it',
      access: platformScope('numbers:write'),
      body: assignBody,
      answers: { 200: { description: 'What the account has now', schema: numberSchema } },
      handle: async ({ body: { account, ...number } }) => ok(await store.numbers.assign(account, number)),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/numbers',
      id: 'releaseNumber',
      summary: 'Take back what was assigned in the same words; routes to it stay and do nothing',
      access: platformScope('numbers:write'),
      query: releaseQuery,
      answers: { 200: { description: 'What has ended', schema: releasedNumberSchema } },
      handle: async ({ query }) => ok(await store.numbers.release(query)),
    }),
    defineRoute({
      method: 'GET',
      path: '/numbers',
      id: 'listAllNumbers',
      summary: 'List what was assigned, of all accounts',
      access: platformScope('routes:read'),
      query: listQuery,
      answers: { 200: { description: 'Numbers', schema: pageOf(numberSchema) } },
      handle: async ({ query: { transport, ...page } }) =>
        ok(await store.numbers.list({ account: null, transport, ...pageOfQuery(page) })),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/numbers',
      id: 'listNumbers',
      summary: 'List what was assigned to an account: it may route and send from these',
      access: accountScope('routes:read'),
      params: accountParams,
      query: listQuery,
      answers: { 200: { description: 'Numbers', schema: pageOf(numberSchema) } },
      handle: async ({ params, query: { transport, ...page } }) =>
        ok(await store.numbers.list({ account: params.account, transport, ...pageOfQuery(page) })),
    }),
  ];
}
