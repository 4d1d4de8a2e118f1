import { newId } from '@vumi/core';
import {
  contactInputSchema,
  EMPTY_CONTACT,
  toContactChange,
  toContactFields,
  type ContactEffect,
} from '@vumi/records';
import { z } from 'zod';
import { accountScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery, present } from '../query.ts';
import { contactSchema } from '../people-resources.ts';
import { pageOf } from '../resources.ts';
import { created, defineRoute, done, ok, type Route } from '../route.ts';

const contactParams = accountParams.extend({ key: z.string().regex(/^[\w.-]{1,128}$/) });
const listQuery = pageQuery.extend({
  q: z
    .string()
    .max(1000)
    .optional()
    .describe('Only those that match, such as: name:jane AND extras-city:"Cape Town"'),
});
const contactBody = jsonBody(contactInputSchema);

export function contactRoutes(ports: ApiPorts): Route[] {
  return [...readRoutes(ports), ...changeRoutes(ports)];
}

function readRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/contacts',
      id: 'listContacts',
      summary: 'List or search the people whom the account knows',
      access: accountScope('contacts:read'),
      params: accountParams,
      query: listQuery,
      answers: { 200: { description: 'Contacts', schema: pageOf(contactSchema) } },
      handle: async ({ params, query: { q, ...page } }) =>
        ok(await store.contacts.list(params.account, present({ ...pageOfQuery(page), q }))),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/contacts/:key',
      id: 'getContact',
      summary: 'One contact',
      access: accountScope('contacts:read'),
      params: contactParams,
      answers: { 200: { description: 'The contact', schema: contactSchema } },
      handle: async ({ params }) => ok(await store.contacts.get(params.account, params.key)),
    }),
  ];
}

function changeRoutes({ store, clock }: ApiPorts): Route[] {
  const creation = (account: string, key: string): ContactEffect => {
    const created_at = new Date(clock()).toISOString();
    return { kind: 'contact.create', contact: { ...EMPTY_CONTACT, key, account, created_at } };
  };
  const save = async (account: string, key: string, body: z.infer<typeof contactInputSchema>) => {
    const fields = toContactFields(toContactChange(body));
    await store.effects.change(account, [creation(account, key), { kind: 'contact.save', key, fields }]);
    return store.contacts.get(account, key);
  };
  return [
    defineRoute({
      method: 'POST',
      path: '/accounts/:account/contacts',
      id: 'createContact',
      summary: 'Add a contact',
      access: accountScope('contacts:write'),
      params: accountParams,
      body: contactBody,
      answers: { 201: { description: 'The contact', schema: contactSchema } },
      handle: async ({ params, body }) => created(await save(params.account, newId(), body)),
    }),
    defineRoute({
      method: 'PUT',
      path: '/accounts/:account/contacts/:key',
      id: 'putContact',
      summary: 'Replace all fields of a contact; makes it when it is new',
      access: accountScope('contacts:write'),
      params: contactParams,
      body: contactBody,
      answers: { 200: { description: 'The contact', schema: contactSchema } },
      handle: async ({ params, body }) => ok(await save(params.account, params.key, body)),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/accounts/:account/contacts/:key',
      id: 'deleteContact',
      summary: 'Forget a person',
      access: accountScope('contacts:write'),
      params: contactParams,
      answers: { 204: { description: 'Deleted' } },
      handle: async ({ params: { account, key } }) => {
        await store.contacts.get(account, key);
        await store.effects.change(account, [{ kind: 'contact.delete', key }]);
        return done;
      },
    }),
  ];
}
