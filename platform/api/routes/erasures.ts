import { z } from 'zod';
import { accountScope, actorOf } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery } from '../query.ts';
import { erasureCheckSchema, erasureSchema } from '../erasure-resources.ts';
import { pageOf } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

const address = z.string().min(1).max(160);
const erasureParams = accountParams.extend({ id: z.string().min(1).max(64) });

/** Forgetting one person's address, with a proof that can be checked later. */
export function erasureRoutes(ports: ApiPorts): Route[] {
  return [requestRoute(ports), ...readRoutes(ports), checkRoute(ports)];
}

function requestRoute({ store }: ApiPorts): Route {
  return defineRoute({
    method: 'POST',
    path: '/accounts/:account/erasures',
    id: 'requestErasure',
    summary: "Erase one person's address, and what is known under it, from the account; it goes on by itself",
    access: accountScope('account'),
    audited: 'in its transaction',
    params: accountParams,
    body: jsonBody(
      z.strictObject({
        address: address.describe('In any spelling, such as +27761234567'),
        dry_run: z.boolean().default(false).describe('Only count what would be erased'),
      }),
    ),
    answers: { 202: { description: 'The erasure, which goes on', schema: erasureSchema } },
    handle: async ({ params: { account }, body, caller }) => ({
      status: 202,
      json: await store.erasures.request({
        account,
        address: body.address,
        dryRun: body.dry_run,
        actor: actorOf(caller),
      }),
    }),
  });
}

function readRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/erasures',
      id: 'listErasures',
      summary: 'What was erased, newest first, without the addresses',
      access: accountScope('account:read'),
      params: accountParams,
      query: pageQuery,
      answers: { 200: { description: 'Erasures', schema: pageOf(erasureSchema) } },
      handle: async ({ params, query }) => ok(await store.erasures.list(params.account, pageOfQuery(query))),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/erasures/:id',
      id: 'getErasure',
      summary: 'One erasure, and its seal when it is finished',
      access: accountScope('account:read'),
      params: erasureParams,
      answers: { 200: { description: 'The erasure', schema: erasureSchema } },
      handle: async ({ params }) => ok(await store.erasures.get(params.account, params.id)),
    }),
  ];
}

function checkRoute({ store }: ApiPorts): Route {
  return defineRoute({
    method: 'POST',
    path: '/accounts/:account/erasures/:id/check',
    id: 'checkErasure',
    summary: 'Whether an erasure was of this address, and its report is as it was sealed',
    access: accountScope('account:read'),
    audited: { unrecorded: 'it changes nothing' },
    params: erasureParams,
    body: jsonBody(z.strictObject({ address })),
    answers: { 200: { description: 'What was found', schema: erasureCheckSchema } },
    handle: async ({ params, body }) =>
      ok(await store.erasures.check(params.account, params.id, body.address)),
  });
}
