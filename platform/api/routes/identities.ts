import { newId, readPhoneNumber } from '@vumi/core';
import { EMPTY_CONTACT, identityAddress, recordText, type IdentityEffect } from '@vumi/records';
import { z } from 'zod';
import { accountScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery } from '../query.ts';
import { identitySchema } from '../people-resources.ts';
import { pageOf } from '../resources.ts';
import { created, defineRoute, ok, type Route } from '../route.ts';

const params = accountParams.extend({ id: z.string().regex(/^[\w.-]{1,128}$/) });
const type = z
  .string()
  .regex(/^[a-z0-9_]{1,40}$/, 'lower-case letters, digits and "_"')
  .describe('Kind of the address: that of a transport (sms, ussd, xmpp, …) or its own (msisdn, …)');
const address = recordText(255).refine((text) => text.trim() !== '', 'an address is missing');
const addressFields = { type, address: address.describe('In any spelling') };
const isNumber = (given: { type: string; address: string }): boolean =>
  identityAddress(given.type, given.address).type !== 'msisdn' || readPhoneNumber(given.address) !== null;
const noNumber = { path: ['address'], message: 'is no phone number' };
const addressSchema = z.strictObject(addressFields).refine(isNumber, noNumber);

const listQuery = pageQuery
  .extend({
    type: type.optional(),
    address: address.optional().describe('Only who has this address; with its type'),
  })
  .describe('All, or who has an address');
const createBody = jsonBody(
  z.strictObject({
    name: recordText(255).nullable().default(null),
    addresses: z.array(addressSchema).min(1).max(50),
  }),
);
const linkBody = jsonBody(
  z
    .strictObject({
      ...addressFields,
      merge: z
        .boolean()
        .default(false)
        .describe("When the address is somebody else's: both are one person from now on"),
    })
    .refine(isNumber, noNumber),
);
const unlinkQuery = z.strictObject(addressFields);
const mergeBody = jsonBody(z.strictObject({ other: params.shape.id }));

/** Who is who among the people whom an account knows. */
export function identityRoutes(ports: ApiPorts): Route[] {
  return [...readRoutes(ports), ...changeRoutes(ports)];
}

function readRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/identities',
      id: 'listIdentities',
      summary:
        'List people with all of their addresses, by id, or look up whose an address is, in any spelling',
      access: accountScope('contacts:read'),
      params: accountParams,
      query: listQuery,
      answers: { 200: { description: 'People', schema: pageOf(identitySchema) } },
      handle: async ({ params: { account }, query: { type: kind, address: wanted, ...page } }) => {
        if (wanted === undefined) return ok(await store.identities.list(account, pageOfQuery(page)));
        const found = await store.identities.find(account, identityAddress(kind ?? 'msisdn', wanted));
        return ok({ items: found === null ? [] : [found], next_cursor: null });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/identities/:id',
      id: 'getIdentity',
      summary: 'One person; also by the id of one who was merged',
      access: accountScope('contacts:read'),
      params,
      answers: { 200: { description: 'The person', schema: identitySchema } },
      handle: async ({ params: { account, id } }) => ok(await store.identities.get(account, id)),
    }),
  ];
}

function changeRoutes({ store, clock }: ApiPorts): Route[] {
  const changed = async (account: string, id: string, effect: IdentityEffect) => {
    await store.effects.change(account, [effect]);
    return store.identities.get(account, id);
  };
  return [
    defineRoute({
      method: 'POST',
      path: '/accounts/:account/identities',
      id: 'createIdentity',
      summary: "Add a person, who is a contact too; 409 when an address is somebody else's",
      access: accountScope('contacts:write'),
      params: accountParams,
      body: createBody,
      answers: { 201: { description: 'The person', schema: identitySchema } },
      handle: async ({ params: { account }, body: { name, addresses } }) => {
        const [key, created_at] = [newId(), new Date(clock()).toISOString()];
        const links = addresses.map((each): IdentityEffect => ({
          kind: 'identity.link',
          id: key,
          merge: false,
          ...identityAddress(each.type, each.address),
        }));
        const contact = { ...EMPTY_CONTACT, name, key, account, created_at };
        await store.effects.change(account, [{ kind: 'contact.create', contact }, ...links]);
        return created(await store.identities.get(account, key));
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/accounts/:account/identities/:id/addresses',
      id: 'linkAddress',
      summary: "Say that an address is this person's; 409 names the one whose it is",
      access: accountScope('contacts:write'),
      params,
      body: linkBody,
      answers: { 200: { description: 'The person', schema: identitySchema } },
      handle: async ({ params: { account, id }, body: { merge, ...given } }) => {
        const wanted = identityAddress(given.type, given.address);
        return ok(await changed(account, id, { kind: 'identity.link', id, merge, ...wanted }));
      },
    }),
    ...partingRoutes(changed),
  ];
}

function partingRoutes(
  changed: (account: string, id: string, effect: IdentityEffect) => Promise<unknown>,
): Route[] {
  return [
    defineRoute({
      method: 'DELETE',
      path: '/accounts/:account/identities/:id/addresses',
      id: 'unlinkAddress',
      summary: "Say that an address is not this person's (any more)",
      access: accountScope('contacts:write'),
      params,
      query: unlinkQuery,
      answers: { 200: { description: 'The person', schema: identitySchema } },
      handle: async ({ params: { account, id }, query }) => {
        const wanted = identityAddress(query.type, query.address);
        return ok(await changed(account, id, { kind: 'identity.unlink', id, ...wanted }));
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/accounts/:account/identities/:id/merge',
      id: 'mergeIdentities',
      summary: "Say that another person is this one: addresses and all that is known of both are this one's",
      access: accountScope('contacts:write'),
      params,
      body: mergeBody,
      answers: { 200: { description: 'The person', schema: identitySchema } },
      handle: async ({ params: { account, id }, body: { other } }) =>
        ok(await changed(account, id, { kind: 'identity.merge', id, other })),
    }),
  ];
}
