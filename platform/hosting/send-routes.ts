import {
  defineRoute,
  idempotencyKeyOf,
  jsonBody,
  sendHeaders,
  type Answer,
  type Caller,
  type Route,
} from '@vumi/api';
import { endpointSchema, VumiError, type GrantedScope } from '@vumi/core';
import { z } from 'zod';
import { noSuchPerson, personMark, reached } from './contact-routes.ts';
import { maskNumbers } from './mask-numbers.ts';
import { grantedAccess, pageOf, requirePower, type Power } from './page-caller.ts';
import { PeopleShown } from './people.ts';
import type { Person } from './person.ts';
import type { HostingPorts } from './ports.ts';

/** Ten segments of SMS: a page is no place for more. */
const LONGEST_TEXT = 1600;
/** Sends of one member, or of one user behind a link, in a minute. */
const MOST_SENDS = { members: 30, links: 5 } as const;

/** What the account's API says of its money and its routes is not for everybody who opens a page. */
const TOLD: Readonly<Record<string, string>> = {
  'credit.insufficient':
    'the credit of the account does not pay for this message: ask its owner to top it up',
  'route.none': 'the app has no route by which this message could leave: ask its owner to set one',
  'route.ambiguous':
    'this message could leave by several routes: name an endpoint of the app, or ask its owner to mark one as default',
};

const content = z.string().trim().min(1, 'a message has a text').max(LONGEST_TEXT).describe('The text');
const endpoint = endpointSchema.optional().describe('Send by the route of this endpoint of the app');
const sentSchema = z.object({
  message_id: z.string(),
  person: z.string(),
  number: z.string().describe('Mostly dots, unless contacts:number is granted'),
  timestamp: z.string(),
  status: z.literal('queued').describe('What becomes of it is in GET /api/v1/messages, and told to the app'),
});
const answers = { 202: { description: 'The message, queued', schema: sentSchema } };

/** Sends as the account's API does, in the name of whoever is at the page: credit, opt-outs and routes count. */
export function sendRoutes(ports: HostingPorts): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/send/self',
      id: 'sendToSelf',
      summary: 'Send to the phone whose link has opened the page',
      access: grantedAccess('send:self'),
      headers: sendHeaders,
      body: jsonBody(z.strictObject({ content, endpoint })),
      answers,
      handle: async ({ caller, body, header }) => {
        const { power, people } = await openSend(caller, 'send:self', ports);
        if (power.audience !== 'links') throw noSuchPerson();
        const key = idempotencyKeyOf(header);
        return send(caller, people.of(power.user), { ports, people, power, key, ...body });
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/send/contact',
      id: 'sendToContact',
      summary: 'Send to a contact of the account, or to a user who has written to the app',
      access: grantedAccess('send:contact'),
      headers: sendHeaders,
      body: jsonBody(z.strictObject({ person: personMark, content, endpoint })),
      answers,
      handle: async ({ caller, body: { person: mark, ...body }, header }) => {
        const { power, people } = await openSend(caller, 'send:contact', ports);
        const key = idempotencyKeyOf(header);
        const person = reached(people, power, mark);
        await mustBeKnown(caller, person, ports);
        return send(caller, person, { ports, people, power, key, ...body });
      },
    }),
  ];
}

/** Whoever asks too often is told so before anything is looked up for him. */
async function openSend(caller: Caller, scope: GrantedScope, ports: HostingPorts) {
  const power = requirePower(caller, scope);
  const people = await PeopleShown.open(caller, power, ports);
  const most = MOST_SENDS[power.audience];
  const { ref } = pageOf(caller).standing.site;
  if ((await ports.countSend(ref, idOf(people, power))) <= most) return { power, people };
  throw new VumiError(
    'request.too_many',
    `a page sends ${most} messages a minute at most for one person: wait a minute`,
  );
}

/** A mark is not enough: who has been erased, or was never there, is nobody to send to. */
async function mustBeKnown(caller: Caller, person: Person, ports: HostingPorts): Promise<void> {
  const { ref } = pageOf(caller).standing.site;
  const contact = await person.at((address) => ports.people.find(ref.account, address));
  if (contact !== null) return;
  const { items } = await person.at((address) => ports.messages(ref, { address, limit: 1 }));
  if (items.length === 0) throw noSuchPerson();
}

async function send(
  caller: Caller,
  person: Person,
  {
    ports,
    people,
    power,
    key,
    content: text,
    endpoint: by,
  }: {
    readonly ports: HostingPorts;
    readonly people: PeopleShown;
    readonly power: Power;
    readonly key: string | null;
    readonly content: string;
    readonly endpoint?: string | undefined;
  },
): Promise<Answer> {
  const { ref } = pageOf(caller).standing.site;
  const message = {
    content: text,
    ...(by === undefined ? {} : { endpoint: by }),
    key,
    by: idOf(people, power),
    actor: `page of app "${ref.app}", ${whoIs(people, power)}`,
    person: person.trace,
  };
  const { message_id, timestamp } = await person
    .at((to) => ports.send(ref, { to, ...message }))
    .catch((error: unknown) => {
      throw forPage(error);
    });
  const json = { message_id, ...people.show(person), timestamp, status: 'queued' };
  return { status: 202, json: await people.answer(json) };
}

function forPage(error: unknown): unknown {
  if (!(error instanceof VumiError)) return error;
  return new VumiError(error.code, TOLD[error.code] ?? maskNumbers(error.message), { cause: error });
}

/** Who sends, without an address: it stands in keys and in the audit log. */
function idOf(people: PeopleShown, power: Power): string {
  return power.audience === 'members' ? `member ${power.member}` : people.of(power.user).trace;
}

function whoIs(people: PeopleShown, power: Power): string {
  return power.audience === 'members'
    ? `member "${power.member}"`
    : `user ${people.of(power.user).trace} behind a link`;
}
