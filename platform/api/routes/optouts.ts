import { VumiError } from '@vumi/core';
import { normaliseAddress, recordText } from '@vumi/records';
import { z } from 'zod';
import { accountScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery } from '../query.ts';
import { optoutSchema } from '../people-resources.ts';
import { pageOf } from '../resources.ts';
import { defineRoute, done, ok, type Route } from '../route.ts';

const optoutParams = accountParams.extend({
  type: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .describe('msisdn, or what else the address is'),
  address: recordText(255).describe('Of type msisdn one + is put before it'),
});
const optoutBody = jsonBody(
  z.strictObject({ message_id: recordText(255).nullable().default(null).describe('By which it was said') }),
);

function addressOf({ type, address }: { type: string; address: string }) {
  const value = type === 'msisdn' ? normaliseAddress('msisdn', address) : address;
  return { address_type: type, address_value: value };
}

export function optoutRoutes({ store, clock }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/optouts',
      id: 'listOptouts',
      summary: 'List who wants no more messages',
      access: accountScope('contacts:read'),
      params: accountParams,
      query: pageQuery,
      answers: { 200: { description: 'Opt-outs', schema: pageOf(optoutSchema) } },
      handle: async ({ params, query }) => ok(await store.optouts.list(params.account, pageOfQuery(query))),
    }),
    defineRoute({
      method: 'PUT',
      path: '/accounts/:account/optouts/:type/:address',
      id: 'putOptout',
      summary: 'Note that an address wants no more messages',
      access: accountScope('contacts:write'),
      params: optoutParams,
      body: optoutBody,
      answers: { 200: { description: 'The opt-out', schema: optoutSchema } },
      handle: async ({ params, body }) => {
        const optout = { ...addressOf(params), ...body, created_at: new Date(clock()).toISOString() };
        await store.effects.change(params.account, [{ kind: 'optout.put', ...optout }]);
        return ok(optout);
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/accounts/:account/optouts/:type/:address',
      id: 'deleteOptout',
      summary: 'The address wants messages again',
      access: accountScope('contacts:write'),
      params: optoutParams,
      answers: { 204: { description: 'Deleted' } },
      handle: async ({ params }) => {
        const address = addressOf(params);
        const known = await store.records.optout(params.account, address.address_type, address.address_value);
        if (known === null) throw new VumiError('not_found', `"${params.address}" has not opted out`);
        await store.effects.change(params.account, [{ kind: 'optout.delete', ...address }]);
        return done;
      },
    }),
  ];
}
