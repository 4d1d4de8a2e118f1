import { newId } from '@vumi/core';
import { parseContactQuery, recordText } from '@vumi/records';
import { z } from 'zod';
import { accountScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery } from '../query.ts';
import { groupSchema } from '../people-resources.ts';
import { pageOf } from '../resources.ts';
import { created, defineRoute, done, ok, type Route } from '../route.ts';

const groupParams = accountParams.extend({ key: z.string().regex(/^[\w.-]{1,128}$/) });
const groupBody = jsonBody(
  z.strictObject({
    name: recordText(255).refine((text) => text !== '', 'a group needs a name'),
    query: recordText()
      .nullable()
      .default(null)
      .describe('Makes it a smart group: whoever matches is a member'),
  }),
);

export function groupRoutes(ports: ApiPorts): Route[] {
  return [...readRoutes(ports), ...changeRoutes(ports)];
}

function readRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/groups',
      id: 'listGroups',
      summary: 'List the groups of contacts, by name',
      access: accountScope('contacts:read'),
      params: accountParams,
      query: pageQuery,
      answers: { 200: { description: 'Groups', schema: pageOf(groupSchema) } },
      handle: async ({ params, query }) => ok(await store.groups.list(params.account, pageOfQuery(query))),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/groups/:key',
      id: 'getGroup',
      summary: 'One group; its members are GET …/contacts?q=groups:<key>, of a smart one ?q=<its query>',
      access: accountScope('contacts:read'),
      params: groupParams,
      answers: { 200: { description: 'The group', schema: groupSchema } },
      handle: async ({ params }) => ok(await store.groups.get(params.account, params.key)),
    }),
  ];
}

function changeRoutes({ store, clock }: ApiPorts): Route[] {
  const save = async (
    account: string,
    key: string,
    { name, query }: { name: string; query: string | null },
  ) => {
    if (query !== null) parseContactQuery(query);
    const created_at = new Date(clock()).toISOString();
    await store.effects.change(account, [
      { kind: 'group.create', group: { key, account, name, query, created_at } },
      { kind: 'group.update', key, name, query },
    ]);
    return store.groups.get(account, key);
  };
  return [
    defineRoute({
      method: 'POST',
      path: '/accounts/:account/groups',
      id: 'createGroup',
      summary: 'Add a group',
      access: accountScope('contacts:write'),
      params: accountParams,
      body: groupBody,
      answers: { 201: { description: 'The group', schema: groupSchema } },
      handle: async ({ params, body }) => created(await save(params.account, newId(), body)),
    }),
    defineRoute({
      method: 'PUT',
      path: '/accounts/:account/groups/:key',
      id: 'putGroup',
      summary: 'Rename a group or set its query; makes it when it is new',
      access: accountScope('contacts:write'),
      params: groupParams,
      body: groupBody,
      answers: { 200: { description: 'The group', schema: groupSchema } },
      handle: async ({ params, body }) => ok(await save(params.account, params.key, body)),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/accounts/:account/groups/:key',
      id: 'deleteGroup',
      summary: 'Delete a group; its contacts stay',
      access: accountScope('contacts:write'),
      params: groupParams,
      answers: { 204: { description: 'Deleted' } },
      handle: async ({ params: { account, key } }) => {
        await store.groups.get(account, key);
        await store.effects.change(account, [{ kind: 'group.delete', key }]);
        return done;
      },
    }),
  ];
}
