import { billingChangeSchema, privateServiceSchema, slugSchema } from '@vumi/core';
import { z } from 'zod';
import { accountScope, actorOf, ofPlatform, platformScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import { showAccount } from '../credit-resources.ts';
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
        billing: billingChangeSchema
          .optional()
          .describe('What it pays for, and what happens at the end of its credit; what is absent stays'),
        retention_days: z
          .int()
          .min(1)
          .max(36_500)
          .nullable()
          .optional()
          .describe(
            'Days for which its messages, their events, runs, logs and failures are kept; what is older is deleted for good. null: as the platform has it',
          ),
      })
      .refine((change) => Object.values(change).some((value) => value !== undefined), {
        message:
          'give "active", "limits", "can_manage_optouts", "respect_optouts", "private_services", "billing" or "retention_days"',
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
      tells: (body) => body,
      summary: 'Create an account',
      access: platformScope('accounts:write'),
      body: newAccount,
      answers: { 201: { description: 'The account', schema: accountSchema } },
      handle: async ({ body }) => created(showAccount(await store.accounts.create(body.name))),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts',
      id: 'listAccounts',
      summary: 'List the accounts that the token opens',
      access: accountScope('settings:read'),
      query: pageQuery,
      answers: { 200: { description: 'Accounts', schema: pageOf(accountSchema) } },
      handle: async ({ caller, query }) => {
        if (ofPlatform(caller, 'settings:read')) {
          const { items, next_cursor } = await store.accounts.list(pageOfQuery(query));
          return ok({ items: items.map(showAccount), next_cursor });
        }
        const items = caller.account === null ? [] : [showAccount(await store.accounts.get(caller.account))];
        return ok({ items, next_cursor: null });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account',
      id: 'getAccount',
      summary: 'One account',
      access: accountScope('settings:read'),
      params: accountParams,
      answers: { 200: { description: 'The account', schema: accountSchema } },
      handle: async ({ params }) => ok(showAccount(await store.accounts.get(params.account))),
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
      audited: 'in its transaction',
      summary:
        'Activate or deactivate an account, both directions at once; set the limits of its plan, what holds of opt-outs, which private services its apps may call, and for how long its messages are kept',
      access: platformScope('accounts:write'),
      params: accountParams,
      body: accountChange(limits),
      answers: { 200: { description: 'The account', schema: accountSchema } },
      handle: async ({ params, body, caller }) =>
        ok(showAccount(await store.accounts.change(params.account, body, actorOf(caller)))),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/accounts/:account/settings',
      id: 'changeAccountSettings',
      audited: 'in its transaction',
      summary: 'What an account decides itself: whether people who have opted out are left alone',
      access: accountScope('settings:write'),
      params: accountParams,
      body: ownSettings,
      answers: { 200: { description: 'The account', schema: accountSchema } },
      handle: async ({ params, body, caller }) =>
        ok(showAccount(await store.accounts.change(params.account, body, actorOf(caller)))),
    }),
  ];
}
