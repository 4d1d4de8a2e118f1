import { smppClientSettingsSchema, smppPasswordSchema, systemIdSchema } from '@vumi/core';
import { accountScope, platformScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery } from '../query.ts';
import { madeSmppClientSchema, pageOf, smppClientSchema } from '../resources.ts';
import { defineRoute, done, ok, type Route } from '../route.ts';

const clientParams = accountParams.extend({ system_id: systemIdSchema });
const clientBody = jsonBody(
  smppClientSettingsSchema.extend({
    password: smppPasswordSchema
      .nullish()
      .describe('null: a new one is made; absent: the client keeps its own, and a new client gets one'),
  }),
);

export function smppClientRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'PUT',
      path: '/accounts/:account/smpp-clients/:system_id',
      id: 'putSmppClient',
      summary: 'Let a system bind over SMPP in the name of the account, or change what it may',
      access: platformScope('smpp_clients:write'),
      params: clientParams,
      body: clientBody,
      answers: {
        200: { description: 'The client, with its password if one was made', schema: madeSmppClientSchema },
        201: { description: 'A new client, with its password if one was made', schema: madeSmppClientSchema },
      },
      handle: async ({ params, body: { password, ...settings } }) => {
        const made = await store.smppClients.put(params.account, params.system_id, { settings, password });
        const shown = made.password === null ? {} : { password: made.password };
        return { status: made.created ? 201 : 200, json: { ...made.client, ...shown } };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/smpp-clients',
      id: 'listSmppClients',
      summary: 'List the SMPP clients of an account',
      access: accountScope('smpp_clients:read'),
      params: accountParams,
      query: pageQuery,
      answers: { 200: { description: 'SMPP clients', schema: pageOf(smppClientSchema) } },
      handle: async ({ params, query }) =>
        ok(await store.smppClients.list(params.account, pageOfQuery(query))),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/smpp-clients/:system_id',
      id: 'getSmppClient',
      summary: 'One SMPP client',
      access: accountScope('smpp_clients:read'),
      params: clientParams,
      answers: { 200: { description: 'The client', schema: smppClientSchema } },
      handle: async ({ params }) => ok(await store.smppClients.get(params.account, params.system_id)),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/accounts/:account/smpp-clients/:system_id',
      id: 'deleteSmppClient',
      summary: 'End the binds of an SMPP client and forget it, with the routes that lead to it',
      access: platformScope('smpp_clients:write'),
      params: clientParams,
      answers: { 204: { description: 'Deleted' } },
      handle: async ({ params }) => {
        await store.smppClients.remove(params.account, params.system_id);
        return done;
      },
    }),
  ];
}
