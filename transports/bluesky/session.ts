import type { ChannelToken } from '../http/channel-sending.ts';
import { fieldsOf, readJson, readObject, textOf } from '../http/json.ts';
import type { BlueskyConfig } from './config.ts';

/** Of a token that does not say when it ends. */
const LIFETIME_MS = 3_600_000;

/** A session is a token, in which the account's own name stands. */
export const blueskySession: ChannelToken<BlueskyConfig> = {
  request: ({ base_url, screen_name, app_password }) => ({
    method: 'POST',
    url: `${base_url}/xrpc/com.atproto.server.createSession`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier: screen_name.slice(1), password: app_password.reveal() }),
  }),
  read: ({ body }) => {
    const token = textOf(readObject(body)?.['accessJwt']);
    if (token === undefined) return null;
    const { iat, exp } = claimsOf(token);
    const seconds = Number(exp) - Number(iat);
    return { token, lifetimeMs: seconds > 0 ? seconds * 1000 : LIFETIME_MS };
  },
};

/** The DID that a token is of (RFC 7519 §4.1.2); "" where it says none. */
export function didOf(token: string): string {
  return textOf(claimsOf(token)['sub']) ?? '';
}

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return fieldsOf(readJson(Buffer.from(token.split('.')[1] ?? '', 'base64url')));
}
