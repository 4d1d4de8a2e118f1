import { COUNT_GROUPS, type CountGroup, type Store } from '@vumi/store';
import { z } from 'zod';
import { accountScope, platformScope } from '../access.ts';
import { instant } from '../message-query.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, present } from '../query.ts';
import { countedRangeSchema } from '../batch-resources.ts';
import { defineRoute, ok, type Answer, type Route } from '../route.ts';

const countsQuery = z.strictObject({
  from: instant
    .optional()
    .describe('From the hour or day of this instant on; default: two days or 31 days ago'),
  to: instant.optional().describe('Before this instant; default: now'),
  by: z.enum(['hour', 'day']).default('day').describe('Days are those of UTC'),
  group: z
    .string()
    .transform((text) => (text === '' ? [] : text.split(',')))
    .pipe(z.array(z.enum(COUNT_GROUPS)))
    .default([])
    .describe(
      `What the rows are told apart by beside the time, with commas between: ${COUNT_GROUPS.join(', ')}`,
    ),
});
const ANSWERS = { 200: { description: 'Sums of all of it, and the rows', schema: countedRangeSchema } };

/** How much was received and sent, and what became of it, by the hour and the day. */
export function countRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/counts',
      id: 'countMessages',
      summary: 'How many messages an account received and sent, and what became of them; seconds old',
      access: accountScope('messages:read'),
      params: accountParams,
      query: countsQuery,
      answers: ANSWERS,
      handle: ({ params, query }) => answerCounts(store, params.account, query),
    }),
    defineRoute({
      method: 'GET',
      path: '/counts',
      id: 'countAllMessages',
      summary: 'The same of all accounts and of none',
      access: platformScope('messages:read'),
      query: countsQuery,
      answers: ANSWERS,
      handle: ({ query }) => answerCounts(store, null, query),
    }),
  ];
}

async function answerCounts(
  store: Store,
  account: string | null,
  { by, group, ...range }: z.infer<typeof countsQuery>,
): Promise<Answer> {
  const groups: CountGroup[] = [...new Set(group)];
  return ok(await store.counts.read({ account, unit: by, group: groups, ...present(range) }));
}
