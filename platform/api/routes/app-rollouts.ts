import { accountScope } from '../access.ts';
import type { ApiPorts } from '../ports.ts';
import { appParams, pageOfQuery, pageQuery } from '../query.ts';
import { pageOf } from '../resources.ts';
import { rolloutSchema } from '../rollout-resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

/** Versions that are given to users in stages; one begins where a version is activated (apps.ts). */
export function appRolloutRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/apps/:app/rollouts',
      id: 'listRollouts',
      summary: 'Rollouts in stages with what was decided of them and why, newest first',
      access: accountScope('apps:read'),
      params: appParams,
      query: pageQuery,
      answers: { 200: { description: 'Rollouts', schema: pageOf(rolloutSchema) } },
      handle: async ({ params, query }) => ok(await store.rollouts.list(params, pageOfQuery(query))),
    }),
  ];
}
