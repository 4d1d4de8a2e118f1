import { VumiError, type Clock } from '@vumi/core';
import { z } from 'zod';
import { accountScope, actorOf, administrator, type Access } from '../access.ts';
import {
  ACCOUNT_ROLE_NAMES,
  ACCOUNT_SCOPES,
  ADMIN_SCOPE,
  PLATFORM_ROLE_NAMES,
  PLATFORM_SCOPES,
  WHOLE_ACCOUNT,
} from '../scopes.ts';
import { jsonBody, optionalJsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountOf, accountParams, pageOfQuery, pageQuery } from '../query.ts';
import { madeTokenSchema, pageOf, tokenInfoSchema } from '../resources.ts';
import { created, defineRoute, done, ok, type Route } from '../route.ts';

/** A month: who needs longer issues a second token. */
const MAX_OVERLAP_S = 31 * 24 * 3600;

const end = z.iso.datetime({ offset: true }).nullable();
const label = z.string().trim().min(1).max(100);
const change = z
  .strictObject({
    label: label.optional(),
    expires_at: end.optional().describe('When it ends; null: never'),
  })
  .refine((given) => Object.values(given).some((value) => value !== undefined), {
    message: 'give "label" or "expires_at"',
  });
const rotation = z.strictObject({
  overlap_seconds: z
    .int()
    .min(0)
    .max(MAX_OVERLAP_S)
    .default(0)
    .describe('How long the old one still works; 0: it ends at once'),
  expires_at: end.optional().describe('Of the new one; absent: it lives as long as the old one was made for'),
});

/** Whose tokens the routes of a path are about. */
interface Place {
  readonly prefix: '' | '/accounts/:account';
  readonly read: Access;
  readonly write: Access;
  readonly scopes: z.ZodType<string[]>;
  /** Of operation ids. */
  readonly name: 'Token' | 'AdminToken';
  readonly whose: string;
}

const OF_ACCOUNT: Place = {
  prefix: '/accounts/:account',
  read: accountScope('tokens:read'),
  write: accountScope('account'),
  scopes: z
    .array(z.enum([...ACCOUNT_SCOPES, ...ACCOUNT_ROLE_NAMES]))
    .min(1)
    .default([WHOLE_ACCOUNT])
    .describe('"account" is everything in the account; what the others are for is in docs/access.md'),
  name: 'Token',
  whose: "the account's programs",
};
const OF_ADMINISTRATORS: Place = {
  prefix: '',
  read: administrator,
  write: administrator,
  scopes: z
    .array(z.enum([...PLATFORM_SCOPES, ...PLATFORM_ROLE_NAMES]))
    .min(1)
    .default([ADMIN_SCOPE])
    .describe('"admin" is everything; what the others are for is in docs/access.md'),
  name: 'AdminToken',
  whose: 'administrators',
};

export function tokenRoutes(ports: ApiPorts): Route[] {
  return [...routesOf(ports, OF_ACCOUNT), ...routesOf(ports, OF_ADMINISTRATORS)];
}

function routesOf(ports: ApiPorts, place: Place): Route[] {
  return [issueRoute(ports, place), listRoute(ports, place), ...routesOfOne(ports, place)];
}

function paramsOf(place: Place) {
  const id = z.string().min(1).max(64).describe('As the list of tokens shows it');
  return place.prefix === '' ? z.strictObject({ id }) : accountParams.extend({ id });
}

function issueRoute({ store, clock }: ApiPorts, place: Place): Route {
  const { prefix, name, whose, scopes } = place;
  return defineRoute({
    method: 'POST',
    path: `${prefix}/tokens`,
    id: `create${name}`,
    audited: 'in its transaction',
    summary: `Issue a token for ${whose}`,
    access: place.write,
    ...(prefix === '' ? {} : { params: accountParams }),
    body: jsonBody(
      z.strictObject({
        label: label.describe('What the token is for'),
        scopes,
        expires_at: end.default(null).describe('When it ends; null: never'),
      }),
    ),
    answers: { 201: { description: 'The token, this once', schema: madeTokenSchema } },
    handle: async ({ params, body, caller }) => {
      checkEnd(body.expires_at, clock);
      const made = await store.tokens.issue({ account: accountOf(params), ...body }, actorOf(caller));
      return created({ ...made.info, token: made.token });
    },
  });
}

function listRoute({ store }: ApiPorts, { prefix, name, whose, read }: Place): Route {
  return defineRoute({
    method: 'GET',
    path: `${prefix}/tokens`,
    id: `list${name}s`,
    summary: `List the tokens of ${whose}, without their texts`,
    access: read,
    ...(prefix === '' ? {} : { params: accountParams }),
    query: pageQuery,
    answers: { 200: { description: 'Tokens', schema: pageOf(tokenInfoSchema) } },
    handle: async ({ params, query }) => ok(await store.tokens.list(accountOf(params), pageOfQuery(query))),
  });
}

function routesOfOne({ store, clock }: ApiPorts, place: Place): Route[] {
  const path = `${place.prefix}/tokens/:id`;
  const common = { access: place.write, params: paramsOf(place) };
  return [
    defineRoute({
      ...common,
      method: 'PATCH',
      path,
      id: `change${place.name}`,
      audited: 'in its transaction',
      summary: 'Give a token another label, or an end',
      body: jsonBody(change),
      answers: { 200: { description: 'The token', schema: tokenInfoSchema } },
      handle: async ({ params, body, caller }) => {
        checkEnd(body.expires_at, clock);
        return ok(await store.tokens.change(accountOf(params), params.id, body, actorOf(caller)));
      },
    }),
    defineRoute({
      ...common,
      method: 'POST',
      path: `${path}/rotate`,
      id: `rotate${place.name}`,
      audited: 'in its transaction',
      summary: 'Put another token in its place, with the same scopes and label',
      body: optionalJsonBody(rotation),
      answers: { 201: { description: 'The new token, this once', schema: madeTokenSchema } },
      handle: async ({ params, body, caller }) => {
        checkEnd(body.expires_at, clock);
        const made = await store.tokens.rotate(accountOf(params), params.id, body, actorOf(caller));
        return created({ ...made.info, token: made.token });
      },
    }),
    defineRoute({
      ...common,
      method: 'DELETE',
      path,
      id: `revoke${place.name}`,
      audited: 'in its transaction',
      summary: 'End a token at once; answers that it still gets are cut off',
      answers: { 204: { description: 'It is no longer valid' } },
      handle: async ({ params, caller }) => {
        await store.tokens.revoke(accountOf(params), params.id, actorOf(caller));
        return done;
      },
    }),
  ];
}

/** Who wants a token to end now revokes it. */
function checkEnd(expiresAt: string | null | undefined, clock: Clock): void {
  if (expiresAt === null || expiresAt === undefined || Date.parse(expiresAt) > clock()) return;
  throw new VumiError(
    'request.invalid',
    '"expires_at" is over already: give a later time, or revoke the token',
    {
      field: 'expires_at',
    },
  );
}
