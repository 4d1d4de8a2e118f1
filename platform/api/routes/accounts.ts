import { privateServiceSchema, slugSchema } from '@vumi/core';
import { z } from 'zod';
import { accountScope, actorOf, administrator, isAdministrator } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery } from '../query.ts';
import { accountSchema, pageOf } from '../resources.ts';
import { created, defineRoute, ok, type Route } from '../route.ts';

const newAccount = jsonBody(z.strictObject({ name: slugSchema }));
const respectOptouts = z
  .boolean()
  .describe(
    'Who has opted out gets replies only; other messages to him end with a nack. true unless it was switched off; the audit trail says by whom',
  );
/** What an account says itself. */
const ownSettings = jsonBody(z.strictObject({ respect_optouts: respectOptouts }));

const MOST_SERVICES = 100;
/** Nobody changes nothing by mistake. */
function accountChange(limits: ApiPorts['limits']) {
  return jsonBody(
    z
      .strictObject({
        active: z.boolean().optional(),
        limits: limits
          .optional()
          .describe("The account's plan, in place of the platform's defaults; {}: none"),
        can_manage_optouts: z.boolean().optional().describe('Whether its apps may manage opt-outs'),
        respect_optouts: respectOptouts.optional(),
        private_services: z
          .array(privateServiceSchema)
          .max(MOST_SERVICES)
          .optional()
          .describe(
            'What its apps may call by HTTP beside public hosts: hosts and networks, with ports; []: nothing',
          ),
      })
      .refine((change) => Object.values(change).some((value) => value !== undefined), {
        message: 'give "active", "limits", "can_manage_optouts", "respect_optouts" or "private_services"',
      }),
  );
}

export function accountRoutes(ports: ApiPorts): Route[] {
  const { store } = ports;
  return [
    defineRoute({
      method: 'POST',
      path: '/accounts',
      id: 'createAccount',
      summary: 'Create an account',
      access: administrator,
      body: newAccount,
      answers: { 201: { description: 'The account', schema: accountSchema } },
      handle: async ({ body }) => created(await store.accounts.create(body.name)),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts',
      id: 'listAccounts',
      summary: 'List the accounts that the token opens',
      access: accountScope('account:read'),
      query: pageQuery,
      answers: { 200: { description: 'Accounts', schema: pageOf(accountSchema) } },
      handle: async ({ caller, query }) => {
        if (isAdministrator(caller)) return ok(await store.accounts.list(pageOfQuery(query)));
        const items = caller.account === null ? [] : [await store.accounts.get(caller.account)];
        return ok({ items, next_cursor: null });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account',
      id: 'getAccount',
      summary: 'One account',
      access: accountScope('account:read'),
      params: accountParams,
      answers: { 200: { description: 'The account', schema: accountSchema } },
      handle: async ({ params }) => ok(await store.accounts.get(params.account)),
    }),
    ...changeRoutes(ports),
  ];
}

function changeRoutes({ store, limits }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'PATCH',
      path: '/accounts/:account',
      id: 'changeAccount',
      summary:
        'Activate or deactivate an account, both directions at once; set the limits of its plan, what holds of opt-outs, and which private services its apps may call',
      access: administrator,
      params: accountParams,
      body: accountChange(limits),
      answers: { 200: { description: 'The account', schema: accountSchema } },
      handle: async ({ params, body, caller }) =>
        ok(await store.accounts.change(params.account, body, actorOf(caller))),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/accounts/:account/settings',
      id: 'changeAccountSettings',
      summary: 'What an account decides itself: whether people who have opted out are left alone',
      access: accountScope('account'),
      params: accountParams,
      body: ownSettings,
      answers: { 200: { description: 'The account', schema: accountSchema } },
      handle: async ({ params, body, caller }) =>
        ok(await store.accounts.change(params.account, body, actorOf(caller))),
    }),
  ];
}
