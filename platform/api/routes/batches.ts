import { STATUS_KINDS } from '@vumi/store';
import { z } from 'zod';
import { accountScope, platformScope, type Access } from '../access.ts';
import { jsonBody, optionalJsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery } from '../query.ts';
import { batchSchema, statusCountsSchema } from '../batch-resources.ts';
import { pageOf } from '../resources.ts';
import { created, defineRoute, ok, type Route } from '../route.ts';

const MAX_ADDED = 1000;
const MAX_TAGS = 1000;
const name = z.string().min(1).max(255);
const batchId = z.string().min(1).max(64);

/** An account's batches, or the platform's: the same routes under two paths. */
interface Owner {
  readonly base: string;
  /** What operation ids say of it. */
  readonly id: string;
  readonly whose: string;
  readonly params: z.ZodObject;
  readonly batchParams: z.ZodObject<{ batch: typeof batchId }>;
  readonly read: Access;
  readonly write: Access;
}

const OWNERS: readonly Owner[] = [
  {
    base: '/accounts/:account',
    id: '',
    whose: 'of an account',
    params: accountParams,
    batchParams: accountParams.extend({ batch: batchId }),
    read: accountScope('messages:read'),
    write: accountScope('messages:write'),
  },
  {
    base: '',
    id: 'Platform',
    whose: 'of the platform, with messages of all accounts',
    params: z.strictObject({}),
    batchParams: z.strictObject({ batch: batchId }),
    read: platformScope('messages:read'),
    write: platformScope('messages:write'),
  },
];

const startBody = optionalJsonBody(
  z.strictObject({
    name: name.nullable().default(null).describe('For people'),
    tags: z
      .array(z.strictObject({ pool: name, tag: name }))
      .max(MAX_TAGS)
      .default([])
      .describe(
        'Messages with these tags (helper_metadata.tag.tag) come to this batch from now on, and to no other of the same owner',
      ),
  }),
);
const addBody = jsonBody(
  z.strictObject({ message_ids: z.array(z.string().min(1).max(500)).min(1).max(MAX_ADDED) }),
);
const addedSchema = z.object({ added: z.number().int().describe('How many were not in it yet') });
const countsSchema = z.object({
  total: statusCountsSchema,
  hours: z.array(z.object({ at: z.iso.datetime(), counts: statusCountsSchema })),
});

/** Vumi's batches of messages. */
export function batchRoutes(ports: ApiPorts): Route[] {
  const kinds = [readRoutes, changeRoutes, contentRoutes];
  return OWNERS.flatMap((owner) => kinds.flatMap((routes) => routes(ports, owner)));
}

function accountOf(params: Readonly<Record<string, unknown>>): string | null {
  const { account } = params;
  return typeof account === 'string' ? account : null;
}

function readRoutes({ store }: ApiPorts, { base, id, whose, params, batchParams, read }: Owner): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: `${base}/batches`,
      id: `list${id}Batches`,
      summary: `List the batches ${whose}, newest first`,
      access: read,
      params,
      query: pageQuery,
      answers: { 200: { description: 'Batches', schema: pageOf(batchSchema) } },
      handle: async ({ params, query }) =>
        ok(await store.batches.list(accountOf(params), pageOfQuery(query))),
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/batches/:batch`,
      id: `get${id}Batch`,
      summary: `One batch ${whose}`,
      access: read,
      params: batchParams,
      answers: { 200: { description: 'The batch', schema: batchSchema } },
      handle: async ({ params }) => ok(await store.batches.get(accountOf(params), params.batch)),
    }),
  ];
}

function changeRoutes({ store }: ApiPorts, { base, id, whose, params, batchParams, write }: Owner): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: `${base}/batches`,
      id: `start${id}Batch`,
      summary: `Start a batch ${whose}`,
      access: write,
      params,
      body: startBody,
      answers: { 201: { description: 'The batch', schema: batchSchema } },
      handle: async ({ params, body }) =>
        created(await store.batches.start({ account: accountOf(params), ...body })),
    }),
    defineRoute({
      method: 'POST',
      path: `${base}/batches/:batch/done`,
      id: `end${id}Batch`,
      summary: `End a batch ${whose}: its tags lead nowhere any more, what is in it stays`,
      access: write,
      params: batchParams,
      answers: { 200: { description: 'The batch', schema: batchSchema } },
      handle: async ({ params }) => ok(await store.batches.done(accountOf(params), params.batch)),
    }),
  ];
}

function contentRoutes({ store }: ApiPorts, { base, id, whose, batchParams, read, write }: Owner): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: `${base}/batches/:batch/messages`,
      id: `addTo${id}Batch`,
      summary: `Add messages to a batch ${whose}, by their ids`,
      access: write,
      params: batchParams,
      body: addBody,
      answers: { 200: { description: 'How many are new in it', schema: addedSchema } },
      handle: async ({ params, body }) =>
        ok({ added: await store.batches.add(accountOf(params), params.batch, body.message_ids) }),
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/batches/:batch/counts`,
      id: `count${id}Batch`,
      summary: `What became of the messages of a batch ${whose}: ${STATUS_KINDS.slice(0, 5).join(', ')}, …; seconds old`,
      access: read,
      params: batchParams,
      answers: { 200: { description: 'Of all its time, and by the hour', schema: countsSchema } },
      handle: async ({ params }) => ok(await store.batches.counts(accountOf(params), params.batch)),
    }),
  ];
}
