import { z } from 'zod';
import { type Access, accountScope, platformScope } from '../access.ts';
import { alertSchema } from '../alert-resources.ts';
import type { ApiPorts } from '../ports.ts';
import { accountOf, accountParams, pageOfQuery, pageQuery, present } from '../query.ts';
import { pageOf } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

const query = pageQuery.extend({
  state: z.enum(['open', 'cleared']).optional().describe('Default: both'),
  kind: z.string().max(100).optional(),
  subject: z.string().max(500).optional(),
});

/** What is to be looked after. Who is told of it is with the webhooks. */
export function alertRoutes(ports: ApiPorts): Route[] {
  const ofAccount = { prefix: '/accounts/:account', name: 'Account', read: accountScope('alerts:read') };
  const ofAll = { prefix: '', name: '', read: platformScope('alerts:read') };
  return [...routesOf(ports, ofAccount), ...routesOf(ports, ofAll)];
}

function routesOf(
  { store }: ApiPorts,
  { prefix, name, read }: { readonly prefix: string; readonly name: string; readonly read: Access },
): Route[] {
  const params = prefix === '' ? z.strictObject({}) : accountParams;
  return [
    defineRoute({
      method: 'GET',
      path: `${prefix}/alerts`,
      id: `list${name}Alerts`,
      summary:
        prefix === ''
          ? 'What somebody has to look after, newest first'
          : 'The same, of what is the account’s',
      access: read,
      params,
      query,
      answers: { 200: { description: 'Alerts', schema: pageOf(alertSchema) } },
      handle: async ({ params: where, query: { cursor, limit, ...filters } }) =>
        ok(
          await store.alerts.list(accountOf(where), {
            ...present(filters),
            ...pageOfQuery({ cursor, limit }),
          }),
        ),
    }),
    defineRoute({
      method: 'GET',
      path: `${prefix}/alerts/:id`,
      id: `get${name}Alert`,
      summary: 'One alert',
      access: read,
      params: params.extend({ id: z.string().min(1).max(100) }),
      answers: { 200: { description: 'The alert', schema: alertSchema } },
      handle: async ({ params: { id, ...where } }) => ok(await store.alerts.get(accountOf(where), id)),
    }),
  ];
}
