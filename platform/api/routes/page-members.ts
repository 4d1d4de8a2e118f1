import { z } from 'zod';
import { accountScope, actorOf } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { appParams, pageOfQuery, pageQuery } from '../query.ts';
import { pageInvitationSchema, pageMemberSchema, pageOf } from '../resources.ts';
import { created, defineRoute, done, ok, type Route } from '../route.ts';

const DAY_HOURS = 24;
const memberName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{C}+$/u, 'a name is one line of text')
  .describe('What you call them');
const invitation = jsonBody(
  z.strictObject({
    name: memberName,
    path: z
      .string()
      .max(500)
      .regex(/^\/(?![/\\])[\x21-\x7e]*$/, 'a path starts with one "/"')
      .default('/')
      .describe('What of the page the link opens'),
    link_minutes: z
      .int()
      .min(1)
      .max(30 * DAY_HOURS * 60)
      .default(7 * DAY_HOURS * 60)
      .describe('How long the link can be used'),
    sign_in_hours: z
      .int()
      .min(1)
      .max(365 * DAY_HOURS)
      .default(30 * DAY_HOURS)
      .describe('How long they stay signed in'),
  }),
);

export function pageMemberRoutes(ports: ApiPorts): Route[] {
  const { store } = ports;
  return [
    defineRoute({
      method: 'POST',
      path: '/accounts/:account/apps/:app/members',
      id: 'invitePageMember',
      audited: 'in its transaction',
      summary: 'Invite somebody to the private pages of an app, or give who is invited another link',
      access: accountScope('apps:write'),
      params: appParams,
      body: invitation,
      answers: { 201: { description: 'The link, this once', schema: pageInvitationSchema } },
      handle: async ({ params, body, caller }) => {
        const { secret, member } = await store.pageMembers.invite(params, body, actorOf(caller));
        return created({ ...member, url: `${ports.appUrl(params)}sign-in/${secret}` });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/apps/:app/members',
      id: 'listPageMembers',
      summary: 'Who is invited to the private pages of an app',
      access: accountScope('apps:read'),
      params: appParams,
      query: pageQuery,
      answers: { 200: { description: 'Members, by name', schema: pageOf(pageMemberSchema) } },
      handle: async ({ params, query }) => ok(await store.pageMembers.list(params, pageOfQuery(query))),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/accounts/:account/apps/:app/members/:name',
      id: 'removePageMember',
      audited: 'in its transaction',
      summary: 'Take somebody off an app: their links and sign-ins end at once',
      access: accountScope('apps:write'),
      params: appParams.extend({ name: memberName }),
      answers: { 204: { description: 'Removed' } },
      handle: async ({ params: { name, ...ref }, caller }) => {
        await store.pageMembers.remove(ref, name, actorOf(caller));
        return done;
      },
    }),
  ];
}
