import { DEFAULT_ENDPOINT, endpointSchema, nameSchema, slugSchema, systemIdSchema } from '@vumi/core';
import { z } from 'zod';
import { accountScope, isAdministrator } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, namedParams, pageOfQuery, pageQuery } from '../query.ts';
import { pageOf, routeSchema } from '../resources.ts';
import { defineRoute, done, ok, type Route } from '../route.ts';

const optionalText = z.string().trim().min(1).max(160).nullable().default(null);
const routeBody = jsonBody(
  z.strictObject({
    app: slugSchema.nullable().default(null).describe('The app that gets the messages'),
    smpp_client: systemIdSchema
      .nullable()
      .default(null)
      .describe('The system_id of the SMPP client that gets them instead of an app'),
    transport: nameSchema,
    to_addr: optionalText.describe('The short code or number that is written to; null: any'),
    keyword: optionalText.describe('The first word of the message, in any case; null: any'),
    prefix: optionalText.describe("How the sender's address starts; null: any"),
    endpoint: endpointSchema
      .default(DEFAULT_ENDPOINT)
      .describe('Which endpoint of the app it is: what the app sends by that endpoint leaves from here'),
    default: z
      .boolean()
      .default(false)
      .describe('true: what could leave by several routes leaves by this one; it takes over from another'),
  }),
);

export function routeRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'PUT',
      path: '/accounts/:account/routes/:name',
      id: 'putRoute',
      summary:
        'Bind an app or an SMPP client to what is sent to an address of the account; set by an administrator, the address is assigned to the account. 409 names the route of the account that has it already',
      access: accountScope('account'),
      params: namedParams,
      body: routeBody,
      answers: { 200: { description: 'The route', schema: routeSchema } },
      handle: async ({ caller, params, body }) =>
        ok(await store.routes.put({ ...params, ...body }, isAdministrator(caller) ? 'operator' : 'account')),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/routes',
      id: 'listRoutes',
      summary: 'List the routes of an account',
      access: accountScope('account:read'),
      params: accountParams,
      query: pageQuery,
      answers: { 200: { description: 'Routes', schema: pageOf(routeSchema) } },
      handle: async ({ params, query }) => ok(await store.routes.list(params.account, pageOfQuery(query))),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/routes/:name',
      id: 'getRoute',
      summary: 'One route',
      access: accountScope('account:read'),
      params: namedParams,
      answers: { 200: { description: 'The route', schema: routeSchema } },
      handle: async ({ params }) => ok(await store.routes.get(params.account, params.name)),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/accounts/:account/routes/:name',
      id: 'deleteRoute',
      summary: 'Delete a route',
      access: accountScope('account'),
      params: namedParams,
      answers: { 204: { description: 'Deleted' } },
      handle: async ({ params }) => {
        await store.routes.remove(params.account, params.name);
        return done;
      },
    }),
  ];
}
