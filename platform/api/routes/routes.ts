import {
  DEFAULT_ENDPOINT,
  describeMoves,
  endpointSchema,
  nameSchema,
  slugSchema,
  systemIdSchema,
  takenBy,
  VumiError,
  type RouteProof,
} from '@vumi/core';
import { z } from 'zod';
import { accountScope, ofPlatform } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, flag, namedParams, pageOfQuery, pageQuery } from '../query.ts';
import { pageOf, routeSchema } from '../resources.ts';
import { routeProofSchema } from '../route-proof-resource.ts';
import { defineRoute, done, ok, type Route } from '../route.ts';

const optionalText = z.string().trim().min(1).max(160).nullable().default(null);
const routeBody = jsonBody(
  z.strictObject({
    app: slugSchema.nullable().default(null).describe('The app that gets the messages'),
    smpp_client: systemIdSchema
      .nullable()
      .default(null)
      .describe('The system_id of the SMPP client that gets them instead of an app'),
    connector: z
      .string()
      .trim()
      .min(1)
      .max(80)
      .nullable()
      .default(null)
      .describe(
        "Any other connector that gets them, such as an HTTP relay's; administrators only. app:NAME and smpp_client:SYSTEM_ID say the same as the two above; interface:NAME is one of the account's interfaces, which needs no administrator",
      ),
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
    weight: z
      .int()
      .min(0)
      .max(1_000_000)
      .nullable()
      .default(null)
      .describe(
        'Its part of the users, where other routes of the account match the same messages; null: 1 of them',
      ),
    failover: z
      .int()
      .min(0)
      .max(1000)
      .nullable()
      .default(null)
      .describe('Its place among them: only where all of a lower one are down it is taken; null: 0'),
  }),
);

const provedSchema = routeSchema.extend({ proof: routeProofSchema });
const putQuery = z.strictObject({
  accept_moved: flag(false).describe('Also where messages that another app got of late go by it then'),
});

export function routeRoutes({ store, routeProver }: Pick<ApiPorts, 'store' | 'routeProver'>): Route[] {
  return [
    ...setRoutes({ store, routeProver }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/routes',
      id: 'listRoutes',
      summary: 'List the routes of an account',
      access: accountScope('routes:read'),
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
      access: accountScope('routes:read'),
      params: namedParams,
      answers: { 200: { description: 'The route', schema: routeSchema } },
      handle: async ({ params }) => ok(await store.routes.get(params.account, params.name)),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/accounts/:account/routes/:name',
      id: 'deleteRoute',
      summary: 'Delete a route',
      access: accountScope('routes:write'),
      params: namedParams,
      answers: { 204: { description: 'Deleted' } },
      handle: async ({ params }) => {
        await store.routes.remove(params.account, params.name);
        return done;
      },
    }),
  ];
}

function setRoutes({ store, routeProver }: Pick<ApiPorts, 'store' | 'routeProver'>): Route[] {
  return [
    defineRoute({
      method: 'PUT',
      path: '/accounts/:account/routes/:name',
      id: 'putRoute',
      tells: (body) => ({ ...body }),
      summary:
        'Lead what is sent to an address of the account to an app, an SMPP client or another connector (administrators). An administrator who sets a route assigns the address to the account; 409 names the route of the account that has it already, or says with a proof which messages of another app it would take',
      access: accountScope('routes:write'),
      params: namedParams,
      query: putQuery,
      body: routeBody,
      answers: {
        200: { description: 'The route, with what was known of it before it was set', schema: provedSchema },
      },
      handle: async ({ caller, params, query, body }) => {
        const by = ofPlatform(caller, 'numbers:write') ? 'operator' : 'account';
        const route = { ...params, ...body };
        // What it must not be for comes first.
        await store.routes.put(route, by, { dryRun: true });
        const proof = await routeProver(by)(route);
        if (!query.accept_moved) refuseMoves(proof);
        return ok({ ...(await store.routes.put(route, by, { proof: withoutTexts(proof) })), proof });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/routes/:name/proof',
      id: 'getRouteProof',
      summary:
        'What was known of a route when it was set: keywords that are mistaken for it, and which messages of the 30 days before went elsewhere by it; null for one that was set before proofs were kept',
      access: accountScope('routes:read'),
      params: namedParams,
      answers: {
        200: { description: 'The proof', schema: z.object({ proof: routeProofSchema.nullable() }) },
      },
      handle: async ({ params }) =>
        ok({
          proof: routeProofSchema.nullable().parse(await store.routes.proof(params.account, params.name)),
        }),
    }),
  ];
}

/** As it is kept: what users wrote is not for whoever may read routes, and would outlive their messages. */
function withoutTexts({ warnings, history }: RouteProof): RouteProof {
  const moves = history?.moves.map((move) => ({ ...move, examples: [] })) ?? [];
  return { warnings, history: history === null ? null : { ...history, moves } };
}

function refuseMoves(proof: RouteProof): void {
  if (proof.history === null || takenBy(proof) === 0) return;
  throw new VumiError(
    'route.moves_messages',
    `${describeMoves(proof.history)}. Say "--accept-moved" (accept_moved=true) where that is meant`,
    { details: { proof } },
  );
}
