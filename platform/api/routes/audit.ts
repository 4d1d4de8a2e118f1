import { accountScope, administrator } from '../access.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery } from '../query.ts';
import { auditEntrySchema, pageOf } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

const answers = { 200: { description: 'What was done, newest first', schema: pageOf(auditEntrySchema) } };

export function auditRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/audit',
      id: 'listAccountAudit',
      summary: 'Who changed the account, and who made and ended its tokens',
      access: accountScope('account:read'),
      params: accountParams,
      query: pageQuery,
      answers,
      handle: async ({ params, query }) => ok(await store.audit.list(params.account, pageOfQuery(query))),
    }),
    defineRoute({
      method: 'GET',
      path: '/audit',
      id: 'listAudit',
      summary: "The same of all accounts, and of administrators' tokens",
      access: administrator,
      query: pageQuery,
      answers,
      handle: async ({ query }) => ok(await store.audit.list(null, pageOfQuery(query))),
    }),
  ];
}
