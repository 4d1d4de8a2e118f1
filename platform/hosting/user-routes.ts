import { defineRoute, done, jsonBody, ok, type Access, type Route } from '@vumi/api';
import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { visitorOf, type Visitor } from './links.ts';
import type { HostingPorts } from './ports.ts';
import { requireSite, type Site } from './site.ts';

/** As a conversation can remember it (sdk/talks/journal.ts). */
const LONGEST_ANSWER = 8192;
const OWN = 'vumi:';

const params = z.strictObject({ key: z.string().min(1).max(512) });
const valueSchema = z.object({ key: z.string(), value: z.unknown() });
const anyJson = z.unknown().describe('Any JSON');
const writeBody = z.strictObject({ value: z.unknown().describe('Any JSON; null as any other') });

/** Keys that begin so are the platform's, whatever a link says. */
function mayUse(scopes: readonly string[], act: 'read' | 'write', key: string): boolean {
  if (key.startsWith(OWN)) return false;
  return scopes.includes(`user:${act}:${key}`) || (act === 'read' && scopes.includes('user:read'));
}

const reads: Access = {
  scope: 'user:read',
  check: ({ scopes }, { key }) =>
    requireScope(mayUse(scopes, 'read', String(key)), `user:read:${String(key)}`),
};

const writes: Access = {
  scope: 'user:write:<key>',
  check: ({ scopes }, { key }) =>
    requireScope(mayUse(scopes, 'write', String(key)), `user:write:${String(key)}`),
};

const answers: Access = {
  scope: 'answer',
  check: ({ scopes }) => requireScope(scopes.includes('answer'), 'answer'),
};

function requireScope(held: boolean, scope: string): void {
  if (held) return;
  throw new VumiError(
    'auth.forbidden',
    scope === 'answer'
      ? 'this page was not asked anything: it answers where app.link(path, { ask: true }) has opened it'
      : `this page may not do that: app.link(path, { scopes: ["${scope}"] }) lets the page that it opens`,
  );
}

/** What the page of a user may do who opened it by a link from his phone: nothing of anybody else. */
export function userRoutes(ports: HostingPorts): Route[] {
  const visitor = async (header: (name: string) => string | undefined): Promise<{ site: Site } & Visitor> => {
    const site = requireSite(header('host'), ports);
    const found = await visitorOf({ cookie: header('cookie') }, site, ports);
    if (found !== null) return { site, ...found };
    throw new VumiError('auth.expired_token', 'the link that opened this page has ended');
  };
  return [
    defineRoute({
      method: 'GET',
      path: '/user/:key',
      id: 'readOwnState',
      summary: 'One value of what the app keeps of the user whose link opened the page',
      access: reads,
      params,
      answers: { 200: { description: 'The value, null when there is none', schema: valueSchema } },
      handle: async ({ params: { key }, header }) => {
        const { site, user } = await visitor(header);
        return ok({ key, value: (await ports.userState.read(site.ref, user, key)) ?? null });
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/user/:key',
      id: 'writeOwnState',
      summary: 'Sets one value of what the app keeps of the user whose link opened the page',
      access: writes,
      params,
      body: jsonBody(writeBody),
      answers: { 204: { description: 'It is set' } },
      handle: async ({ params: { key }, body, header }) => {
        const { site, user } = await visitor(header);
        await ports.userState.write(site.ref, user, { key, value: body.value });
        return done;
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/answer',
      id: 'answerQuestion',
      summary: 'Answers the question of the conversation that the link is: any JSON, once',
      access: answers,
      body: jsonBody(anyJson),
      answers: {
        204: { description: 'The conversation goes on with it, after what the user has said before' },
      },
      handle: async ({ body, header }) => {
        const { length } = JSON.stringify(body);
        if (length > LONGEST_ANSWER)
          throw new VumiError(
            'request.too_large',
            `an answer has ${LONGEST_ANSWER} characters at most, not ${length}: keep what is larger with PUT /api/v1/user/<key>`,
          );
        const { site, secret } = await visitor(header);
        await ports.links.answer(site.ref, secret, body);
        return done;
      },
    }),
  ];
}
