import { created, defineRoute, everybody, ok, type Access, type Route } from '@vumi/api';
import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { mayList, mayRead, type Frontends } from './frontend.ts';
import { signToken, TOKEN_LIFETIME_MS } from './frontend-token.ts';
import { visitorOf } from './links.ts';
import { contactRoutes } from './contact-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { refuseOtherOrigins } from './origin.ts';
import { markOf, readStanding, scopesOf } from './page-caller.ts';
import type { HostingPorts } from './ports.ts';
import { Person } from './person.ts';
import { sendRoutes } from './send-routes.ts';
import { memberOf } from './sign-in.ts';
import { requireSite } from './site.ts';
import { userRoutes } from './user-routes.ts';

const tokenSchema = z.object({
  token: z.string(),
  scopes: z.array(z.string()),
  expires_in: z.int().describe('Seconds'),
  member: z.string().nullable().describe('Who is signed in, as whoever invited them calls them'),
  user: z
    .object({
      person: z.string().describe('The same each time, at this app alone'),
      number: z.string().describe('Mostly dots: `+27 76 ••• ••67`'),
    })
    .nullable()
    .describe('Whose phone has opened the page by a link'),
});
const stateParams = z.strictObject({ key: z.string().min(1).max(512) });
const stateSchema = z.object({ key: z.string(), value: z.unknown() });

const listQuery = z.strictObject({
  prefix: z.string().min(1).max(512).describe('How the keys begin'),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,700}$/, 'take the next_cursor of the answer before')
    .optional(),
  limit: z.coerce.number().int().min(1).max(100).default(100).describe('How many at most, up to 100'),
});
const listSchema = z.object({
  items: z.array(stateSchema),
  next_cursor: z.string().nullable().describe('Ask again with ?cursor=… for what follows; null: no more'),
});

const readsState: Access = {
  scope: 'state:read:<key>',
  check: ({ scopes }, { key }) => requireScope(mayRead(scopes, String(key)), String(key)),
};

/** The prefix is in the query, which is checked later. */
const listsState: Access = { scope: 'state:read:<start>*', check: () => {} };

/** What an app's page may ask of its own origin. */
export function frontendRoutes(ports: HostingPorts, frontends: Frontends): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/token',
      id: 'createFrontendToken',
      summary:
        'A token for five minutes: for what vumi.json lets everybody do, who is signed in, or who has opened a link; of that which an account grants, what it has granted',
      access: everybody,
      answers: { 201: { description: 'The token', schema: tokenSchema } },
      handle: async ({ header }) => {
        const from = {
          origin: header('origin'),
          host: header('host'),
          'sec-fetch-site': header('sec-fetch-site'),
        };
        refuseOtherOrigins(from, ports.secure);
        const site = requireSite(header('host'), ports);
        const member = await memberOf({ cookie: header('cookie') }, site, ports);
        const visitor = await visitorOf({ cookie: header('cookie') }, site, ports);
        const scopes = scopesOf(await readStanding({ site, member, visitor }, ports, frontends));
        const claims = {
          ...site.ref,
          version: site.version,
          host: site.host,
          scopes,
          expires: ports.clock() + TOKEN_LIFETIME_MS,
          sign_in: markOf(member),
          visit: markOf(visitor),
        };
        const token = signToken(claims, ports.tokenSecret);
        return created({
          token,
          scopes,
          expires_in: TOKEN_LIFETIME_MS / 1000,
          member: member?.name ?? null,
          user: visitor === null ? null : new Person(site.ref, visitor.user, await ports.personSecret()),
        });
      },
    }),
    ...stateRoutes(ports),
    ...userRoutes(ports),
    ...contactRoutes(ports),
    ...messageRoutes(ports),
    ...sendRoutes(ports),
  ];
}

function stateRoutes(ports: HostingPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/state/:key',
      id: 'readState',
      summary: "One value of the app's shared state",
      access: readsState,
      params: stateParams,
      answers: { 200: { description: 'The value, null when there is none', schema: stateSchema } },
      handle: async ({ params: { key }, header }) => {
        const { ref } = requireSite(header('host'), ports);
        return ok({ key, value: (await ports.readState(ref, key)) ?? null });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/state',
      id: 'listState',
      summary: "Values of the app's shared state whose keys begin alike, by key",
      access: listsState,
      query: listQuery,
      answers: { 200: { description: 'Keys and values', schema: listSchema } },
      handle: async ({ caller, query: { prefix, cursor, limit }, header }) => {
        requireScope(mayList(caller.scopes, prefix), `${prefix}*`);
        const { ref } = requireSite(header('host'), ports);
        const after = cursor === undefined || cursor === '' ? {} : { after: textOf(cursor) };
        const { items, next } = await ports.listState(ref, { prefix, limit, ...after });
        return ok({ items, next_cursor: next === null ? null : Buffer.from(next).toString('base64url') });
      },
    }),
  ];
}

function textOf(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString();
}

function requireScope(held: boolean, key: string): void {
  if (held) return;
  throw new VumiError(
    'auth.forbidden',
    `pages of this app may not read "${key}" for who asks; its vumi.json can say frontend.scopes: ["state:read:${key}"], or frontend.members.scopes for people who are signed in`,
  );
}
