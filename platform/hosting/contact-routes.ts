import { defineRoute, ok, type Route } from '@vumi/api';
import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { grantedAccess, requirePower, pageOf, type Power } from './page-caller.ts';
import { openCursor, pagedQuery, pagedSchema, sealCursor } from './paged.ts';
import { PeopleShown } from './people.ts';
import type { Person } from './person.ts';
import type { HostingPorts, PageContact } from './ports.ts';

const SCOPE = 'contacts:read';
const MOST_WORDS = 5;

/** As a page has it from an answer. */
export const personMark = z.string().regex(/^p_[A-Za-z0-9_-]{16,600}$/, 'take the "person" of an answer');

/** Letters alone: who could look for digits could find out what is masked. */
const words = z
  .string()
  .max(100)
  .transform((text) =>
    text
      .toLowerCase()
      .split(/[\s-]+/u)
      .filter((word) => word !== ''),
  )
  .pipe(
    z
      .array(z.string().regex(/^[\p{L}\p{M}'’]+$/u, 'a name to look for has letters, and no digits'))
      .max(MOST_WORDS),
  );

const listQuery = pagedQuery.extend({
  name: words.optional().describe('Only whose name or surname has words that begin so: "tha mok"'),
  group: z
    .string()
    .regex(/^[\w.-]{1,128}$/)
    .optional()
    .describe('Only members of the group, by its key'),
});

const nullableText = z.string().nullable();
const contactSchema = z.object({
  person: z.string().nullable().describe('Who it is, at this app alone; null: no address of his is known'),
  number: z.string().nullable().describe('Mostly dots, unless contacts:number is granted'),
  name: nullableText,
  surname: nullableText,
  dob: nullableText,
  groups: z.array(z.string()).optional().describe('For members: keys of groups'),
  extra: z.record(z.string(), z.string()).optional().describe('For members: what apps keep of him'),
  created_at: z.string(),
});

/** The people whom the account of a page knows. */
export function contactRoutes(ports: HostingPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/contacts',
      id: 'listPageContacts',
      summary: "The account's contacts, for who is signed in: 100 at most at once, searched by name",
      access: grantedAccess(SCOPE),
      query: listQuery,
      answers: { 200: { description: 'Contacts', schema: pagedSchema(contactSchema) } },
      handle: async ({ caller, query: { name = [], group, cursor, limit } }) => {
        const power = requirePower(caller, SCOPE);
        if (power.audience === 'links') throw ownOnly();
        const { ref } = pageOf(caller).standing.site;
        const place = { ref, list: 'contacts' };
        const secret = await ports.personSecret();
        const found = await ports.people.list(ref.account, {
          words: name,
          limit,
          ...(group === undefined ? {} : { group }),
          ...openCursor(secret, place, cursor),
        });
        const people = await PeopleShown.open(caller, power, ports);
        const json = {
          items: found.items.map((contact) => shownContact(contact, people, power)),
          next_cursor: sealCursor(secret, place, found.next_cursor),
        };
        return ok(await people.answer(json));
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/contacts/:person',
      id: 'getPageContact',
      summary: 'One contact: for who has opened the page by a link, his own',
      access: grantedAccess(SCOPE),
      params: z.strictObject({ person: personMark }),
      answers: { 200: { description: 'The contact', schema: contactSchema } },
      handle: async ({ caller, params }) => {
        const power = requirePower(caller, SCOPE);
        const { ref } = pageOf(caller).standing.site;
        const people = await PeopleShown.open(caller, power, ports);
        const person = reached(people, power, params.person);
        const contact = await person.at((address) => ports.people.find(ref.account, address));
        if (contact === null) throw noSuchPerson();
        return ok(await people.answer(shownContact(contact, people, power, person)));
      },
    }),
  ];
}

/** The person, if who asks may ask for him; otherwise he is not there, whether he is or not. */
export function reached(people: PeopleShown, power: Power, mark: string): Person {
  const person = people.find(mark);
  if (person === null) throw noSuchPerson();
  if (power.audience === 'links' && !person.isSameAs(people.of(power.user))) throw noSuchPerson();
  return person;
}

export function noSuchPerson(): VumiError {
  return new VumiError('not_found', 'there is no such person for this page: take the "person" of an answer');
}

function ownOnly(): VumiError {
  return new VumiError(
    'auth.forbidden',
    'who has opened a page by a link sees his own contact alone: GET /api/v1/contacts/<person>, with the person of POST /api/v1/token',
  );
}

/** Behind a link nobody reads what apps note about him. */
function shownContact(
  { address, groups, extra, ...contact }: PageContact,
  people: PeopleShown,
  { audience }: Power,
  person: Person | null = address === null ? null : people.of(address),
) {
  const masked = Object.entries(extra).map(([key, value]) => [key, people.text(value)] as const);
  return {
    ...(person === null ? { person: null, number: null } : people.show(person)),
    name: people.text(contact.name),
    surname: people.text(contact.surname),
    dob: contact.dob,
    ...(audience === 'members' ? { groups, extra: Object.fromEntries(masked) } : {}),
    created_at: contact.created_at,
  };
}
