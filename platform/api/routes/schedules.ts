import { slugSchema } from '@vumi/core';
import { z } from 'zod';
import { accountScope } from '../access.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, appParams, pageOfQuery, pageQuery, present } from '../query.ts';
import { pageOf, scheduleSchema } from '../resources.ts';
import { defineRoute, done, ok, type Route } from '../route.ts';

export function scheduleRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/schedules',
      id: 'listSchedules',
      summary: 'What is to happen in the apps of the account, soonest first',
      access: accountScope('apps:read'),
      params: accountParams,
      query: pageQuery.extend({ app: slugSchema.optional() }),
      answers: { 200: { description: 'Open schedules', schema: pageOf(scheduleSchema) } },
      handle: async ({ params, query: { app, ...page } }) =>
        ok(await store.schedules.list(params.account, present({ ...pageOfQuery(page), app }))),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/accounts/:account/apps/:app/schedules/:id',
      id: 'cancelSchedule',
      summary: 'Cancel an open schedule',
      access: accountScope('apps:write'),
      params: appParams.extend({ id: z.string().min(1).max(64) }),
      answers: { 204: { description: 'Cancelled' } },
      handle: async ({ params: { id, ...ref } }) => {
        await store.schedules.cancel(ref, id);
        return done;
      },
    }),
  ];
}
