import type { IncomingMessage } from 'node:http';
import {
  bearerToken,
  created,
  defineRoute,
  everybody,
  ok,
  type Access,
  type Caller,
  type Route,
} from '@vumi/api';
import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { signToken, TOKEN_LIFETIME_MS, verifyToken } from './frontend-token.ts';
import type { HostingPorts } from './ports.ts';
import { requireSite } from './site.ts';

const STATE_SCOPE = 'state:read:';
const manifestSchema = z.looseObject({
  frontend: z.looseObject({ scopes: z.array(z.string()).default([]) }).optional(),
});
const tokenSchema = z.object({
  token: z.string(),
  scopes: z.array(z.string()),
  expires_in: z.int().describe('Seconds'),
});
const stateParams = z.strictObject({ key: z.string().min(1).max(512) });
const stateSchema = z.object({ key: z.string(), value: z.unknown() });

const readsState: Access = {
  scope: `${STATE_SCOPE}<key>`,
  check: (caller, { key }) => {
    if (caller.scopes.includes(`${STATE_SCOPE}${String(key)}`)) return;
    throw new VumiError(
      'auth.forbidden',
      `pages of this app may not read "${String(key)}"; its vumi.json can say frontend.scopes: ["${STATE_SCOPE}${String(key)}"]`,
    );
  },
};

/** What an app's page may ask of its own origin. */
export function frontendRoutes(ports: HostingPorts): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/token',
      id: 'createFrontendToken',
      summary: 'A token for five minutes, for what vumi.json lets everybody do',
      access: everybody,
      answers: { 201: { description: 'The token', schema: tokenSchema } },
      handle: async ({ header }) => {
        refuseOtherOrigins(header('origin'), header('host'));
        const { ref, version, host } = requireSite(header('host'), ports);
        const scopes = anonymousScopes(await ports.manifest(ref, version));
        const expires = ports.clock() + TOKEN_LIFETIME_MS;
        const token = signToken({ ...ref, version, host, scopes, expires }, ports.tokenSecret);
        return created({ token, scopes, expires_in: TOKEN_LIFETIME_MS / 1000 });
      },
    }),
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
  ];
}

/** The holder of a page's token, at the origin that it was issued for. */
export function authenticatePage(request: IncomingMessage, ports: HostingPorts): Caller {
  refuseOtherOrigins(request.headers.origin, request.headers.host);
  const { ref, version, host } = requireSite(request.headers.host, ports);
  const token = bearerToken(request.headers.authorization);
  const claims = verifyToken(token, ports.tokenSecret, { ...ref, version, host }, ports.clock);
  return { account: claims.account, scopes: claims.scopes };
}

/** What anybody who opens the page may do: read what the author lists, nothing else. */
function anonymousScopes(manifest: Readonly<Record<string, unknown>>): string[] {
  const { frontend } = manifestSchema.parse(manifest);
  return (frontend?.scopes ?? []).filter((scope) => scope.startsWith(STATE_SCOPE));
}

function refuseOtherOrigins(origin: string | undefined, host: string | undefined): void {
  if (origin === undefined) return;
  const given = URL.canParse(origin) ? new URL(origin).host : origin;
  if (given !== host?.toLowerCase()) {
    throw new VumiError('auth.forbidden', 'a page reaches the API of its own origin only');
  }
}
