import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { type Access, accountScope, platformScope } from '../access.ts';
import { jsonBody, optionalJsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery } from '../query.ts';
import { pageOf } from '../resources.ts';
import { tagPoolSchema, tagSchema } from '../tag-pool-resources.ts';
import { defineRoute, done, ok, type Route } from '../route.ts';
import { callTagPool, tagPoolMethods } from '../tag-pool-rpc.ts';

const name = z.string().min(1).max(255);

/** An account's pools, or the platform's: the same routes under two paths. */
interface Owner {
  readonly base: string;
  /** What operation ids say of it. */
  readonly id: string;
  readonly whose: string;
  readonly params: z.ZodObject;
  readonly poolParams: z.ZodObject<{ pool: typeof name }>;
  readonly read: Access;
  readonly write: Access;
}

const OWNERS: readonly Owner[] = [
  {
    base: '',
    id: 'Platform',
    whose: 'of the platform',
    params: z.strictObject({}),
    poolParams: z.strictObject({ pool: name }),
    read: platformScope('tagpools:read'),
    write: platformScope('tagpools:write'),
  },
  {
    base: '/accounts/:account',
    id: '',
    whose: 'of an account',
    params: accountParams,
    poolParams: accountParams.extend({ pool: name }),
    read: accountScope('tagpools:read'),
    write: accountScope('tagpools:write'),
  },
];

const object = z.record(z.string(), z.unknown());
const declareBody = optionalJsonBody(
  z.strictObject({
    tags: z.array(name).default([]).describe('Those that the pool has not are appended, sorted'),
    metadata: object.optional().describe('Replaces the whole metadata; absent: it stays'),
  }),
);
const acquireBody = optionalJsonBody(
  z.strictObject({
    tag: name.optional().describe('This one. Absent: the one that has been free for the longest time'),
    owner: name.nullable().default(null).describe('Who has it from now on'),
    reason: object.nullable().default(null).describe('Why; kept with it'),
  }),
);
const releaseBody = jsonBody(z.strictObject({ tag: name }));
const tagsQuery = pageQuery.extend({
  state: z
    .enum(['free', 'in_use'])
    .default('free')
    .describe('Free ones come in the order in which they will be taken, those in use by name'),
});
const ownedQuery = z.strictObject({
  owner: name.optional().describe('Absent: those that were taken without an owner'),
});
const rpcBody = jsonBody(
  z.looseObject({
    method: z.string(),
    params: z.union([z.array(z.unknown()), object]).optional(),
    id: z.unknown(),
  }),
);
const rpcAnswer = z.looseObject({ id: z.unknown() });

/** Vumi's tag pools, and its JSON-RPC interface to them. */
export function tagPoolRoutes(ports: ApiPorts): Route[] {
  const kinds = [poolRoutes, poolChangeRoutes, takingRoutes, tagRoutes];
  return OWNERS.flatMap((owner) => kinds.flatMap((routes) => routes(ports, owner)));
}

function accountOf(params: Readonly<Record<string, unknown>>): string | null {
  const { account } = params;
  return typeof account === 'string' ? account : null;
}

function poolRoutes({ store }: ApiPorts, { base, id, whose, params, poolParams, read }: Owner): Route[] {
  const pools = store.tagPools;
  return [
    defineRoute({
      method: 'GET',
      path: `${base}/tagpools`,
      id: `list${id}TagPools`,
      summary: `List the tag pools ${whose}, by name`,
      access: read,
      params,
      query: pageQuery,
      answers: { 200: { description: 'Pools', schema: pageOf(tagPoolSchema) } },
      handle: async ({ params, query }) => ok(await pools.list(accountOf(params), pageOfQuery(query))),
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/tagpools/:pool`,
      id: `get${id}TagPool`,
      summary: `One tag pool ${whose}`,
      access: read,
      params: poolParams,
      answers: { 200: { description: 'The pool', schema: tagPoolSchema } },
      handle: async ({ params }) => ok(await pools.get(accountOf(params), params.pool)),
    }),
  ];
}

function poolChangeRoutes(
  { store }: ApiPorts,
  { base, id, whose, params, poolParams, write }: Owner,
): Route[] {
  const pools = store.tagPools;
  return [
    defineRoute({
      method: 'PUT',
      path: `${base}/tagpools/:pool`,
      id: `declare${id}Tags`,
      summary: `Declare tags of a pool ${whose}, and the pool when it is new; those that are there stay as they are`,
      access: write,
      params: poolParams,
      body: declareBody,
      answers: { 200: { description: 'The pool', schema: tagPoolSchema } },
      handle: async ({ params, body: { tags, metadata } }) => {
        const account = accountOf(params);
        const declared = await pools.declare(account, params.pool, tags);
        return ok(
          metadata === undefined ? declared : await pools.setMetadata(account, params.pool, metadata),
        );
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: `${base}/tagpools/:pool`,
      id: `purge${id}TagPool`,
      summary: `Delete a tag pool ${whose} with its tags; 409 while one of them is in use`,
      access: write,
      params: poolParams,
      answers: { 204: { description: 'Deleted' } },
      handle: async ({ params }) => {
        await pools.purge(accountOf(params), params.pool);
        return done;
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${base}/tagpools`,
      id: `call${id}TagPools`,
      summary: `Vumi's JSON-RPC interface to the tag pools ${whose}: ${tagPoolMethods.join(', ')}`,
      access: write,
      params,
      body: rpcBody,
      answers: { 200: { description: 'The result, or the error, of the call', schema: rpcAnswer } },
      handle: async ({ params, body }) => ok(await callTagPool(store.tagPools, accountOf(params), body)),
    }),
  ];
}

function takingRoutes({ store }: ApiPorts, { base, id, whose, poolParams, write }: Owner): Route[] {
  const pools = store.tagPools;
  return [
    defineRoute({
      method: 'POST',
      path: `${base}/tagpools/:pool/acquire`,
      id: `acquire${id}Tag`,
      summary: `Take a tag of a pool ${whose}: any, or the one that is named; 409 when it is not free`,
      access: write,
      params: poolParams,
      body: acquireBody,
      answers: { 200: { description: 'The tag', schema: tagSchema } },
      handle: async ({ params, body }) => {
        const tag = await pools.acquire(accountOf(params), params.pool, body);
        if (tag !== null) return ok(tag);
        throw new VumiError(
          'tag.not_free',
          body.tag === undefined
            ? `pool "${params.pool}" has no free tag: declare more, or wait until one is released`
            : `tag "${body.tag}" is in use: take another, or wait until it is released`,
        );
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${base}/tagpools/:pool/release`,
      id: `release${id}Tag`,
      summary: `Give a tag back to a pool ${whose}: it stands behind the free ones; one that is free stays`,
      access: write,
      params: poolParams,
      body: releaseBody,
      answers: { 200: { description: 'The tag', schema: tagSchema } },
      handle: async ({ params, body: { tag } }) => {
        const account = accountOf(params);
        await pools.release(account, params.pool, tag);
        return ok(await pools.tag(account, params.pool, tag));
      },
    }),
  ];
}

function tagRoutes({ store }: ApiPorts, { base, id, whose, params, poolParams, read }: Owner): Route[] {
  const pools = store.tagPools;
  return [
    defineRoute({
      method: 'GET',
      path: `${base}/tagpools/:pool/tags`,
      id: `list${id}Tags`,
      summary: `List the tags of a pool ${whose} that are free, or in use`,
      access: read,
      params: poolParams,
      query: tagsQuery,
      answers: { 200: { description: 'Tags', schema: pageOf(tagSchema) } },
      handle: async ({ params, query: { state, ...page } }) =>
        ok(await pools.tags(accountOf(params), params.pool, { state, ...pageOfQuery(page) })),
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/tags`,
      id: `listOwned${id}Tags`,
      summary: `List what somebody has of the tag pools ${whose}`,
      access: read,
      params,
      query: ownedQuery,
      answers: { 200: { description: 'Tags', schema: pageOf(tagSchema) } },
      handle: async ({ params, query }) =>
        ok({ items: await pools.owned(accountOf(params), query.owner ?? null), next_cursor: null }),
    }),
  ];
}
