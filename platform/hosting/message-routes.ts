import { defineRoute, ok, type Route } from '@vumi/api';
import { z } from 'zod';
import { personMark, reached } from './contact-routes.ts';
import { grantedAccess, pageOf, requirePower, type Power } from './page-caller.ts';
import { openCursor, pagedQuery, pagedSchema, sealCursor } from './paged.ts';
import { PeopleShown } from './people.ts';
import type { Person } from './person.ts';
import type { HostingPorts, PageMessage } from './ports.ts';

const SCOPE = 'messages:read';

const instant = z.iso
  .datetime({ offset: true, error: 'use ISO 8601, such as 2026-11-22T08:00:00Z' })
  .transform((text) => new Date(text).toISOString());

const listQuery = pagedQuery.extend({
  person: personMark.optional().describe('Only with this person'),
  direction: z.enum(['inbound', 'outbound']).optional(),
  from: instant.optional().describe('Not before this instant'),
  to: instant.optional().describe('Before this instant'),
});

const messageSchema = z.object({
  message_id: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  person: z.string().nullable().describe('The user who wrote it, or to whom it went'),
  number: z.string().nullable().describe('Mostly dots, unless contacts:number is granted'),
  content: z.string().nullable().describe('Numbers in it are masked, too'),
  in_reply_to: z.string().nullable(),
  timestamp: z.string(),
  status: z.string().describe('The latest of what is known'),
});

/** What the app and its users have written to each other; of other apps a page sees nothing. */
export function messageRoutes(ports: HostingPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/messages',
      id: 'listPageMessages',
      summary: "The app's messages, newest first: for who has opened the page by a link, his own",
      access: grantedAccess(SCOPE),
      query: listQuery,
      answers: { 200: { description: 'Messages', schema: pagedSchema(messageSchema) } },
      handle: async ({ caller, query: { person: mark, cursor, direction, from, to, limit } }) => {
        const power = requirePower(caller, SCOPE);
        const { ref } = pageOf(caller).standing.site;
        const people = await PeopleShown.open(caller, power, ports);
        const place = { ref, list: 'messages' };
        const secret = await ports.personSecret();
        const found = await ports.messages(ref, {
          limit,
          ...(direction === undefined ? {} : { direction }),
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
          ...withPerson(people, power, mark),
          ...openCursor(secret, place, cursor),
        });
        const json = {
          items: found.items.map((message) => shownMessage(message, people)),
          next_cursor: sealCursor(secret, place, found.next_cursor),
        };
        return ok(await people.answer(json));
      },
    }),
  ];
}

/** Whose messages are asked for: behind a link always the user's own. */
function withPerson(
  people: PeopleShown,
  power: Power,
  mark: string | undefined,
): { readonly address?: string } {
  const person = mark === undefined ? ownOf(people, power) : reached(people, power, mark);
  return person === null ? {} : person.at((address) => ({ address }));
}

function ownOf(people: PeopleShown, power: Power): Person | null {
  return power.audience === 'links' ? people.of(power.user) : null;
}

function shownMessage({ from_addr, to_addr, content, ...message }: PageMessage, people: PeopleShown) {
  const address = message.direction === 'inbound' ? from_addr : to_addr;
  const { message_id, direction, in_reply_to, timestamp, status } = message;
  return {
    message_id,
    direction,
    ...(address === null ? { person: null, number: null } : people.show(people.of(address))),
    content: people.text(content),
    in_reply_to,
    timestamp,
    status,
  };
}
