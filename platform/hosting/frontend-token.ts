import { createHmac, timingSafeEqual } from 'node:crypto';
import { VumiError, type Clock } from '@vumi/core';
import { z } from 'zod';

export const TOKEN_LIFETIME_MS = 5 * 60_000;
const VERSION = 'v1';

/** What a page's token says: for which app at which origin, and for what. */
const claimsSchema = z.strictObject({
  account: z.string(),
  app: z.string(),
  version: z.int(),
  /** The Host under which the page was served, with its port. */
  host: z.string(),
  scopes: z.array(z.string()),
  /** Which sign-in it holds for; null: it is that of a stranger. */
  sign_in: z.string().nullable().default(null),
  /** Which opening of a link it holds for; null: none. */
  visit: z.string().nullable().default(null),
  /** Milliseconds since the epoch. */
  expires: z.int(),
});
export type FrontendClaims = z.infer<typeof claimsSchema>;

/** Where a token is presented: it must have been issued there. */
export type Presented = Pick<FrontendClaims, 'account' | 'app' | 'version' | 'host'>;

/** `v1.<claims>.<HMAC-SHA256 of both>`, base64url. */
export function signToken(claims: FrontendClaims, secret: string): string {
  const signed = `${VERSION}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${signed}.${signature(signed, secret).toString('base64url')}`;
}

/** The claims of a token that this platform signed, for this place, and that has not expired. */
export function verifyToken(token: string, secret: string, at: Presented, clock: Clock): FrontendClaims {
  const claims = openToken(token, secret);
  const here =
    claims !== null && claims.account === at.account && claims.app === at.app && claims.host === at.host;
  if (!here) {
    throw new VumiError('auth.wrong_token', 'this token is not for this page; POST /api/v1/token gives one');
  }
  if (claims.expires <= clock() || claims.version !== at.version) {
    throw new VumiError('auth.expired_token', 'this token has expired; POST /api/v1/token gives another');
  }
  return claims;
}

/** The claims, or null when the signature is not ours. Nothing is read before the signature is checked. */
function openToken(token: string, secret: string): FrontendClaims | null {
  const [version, payload, mac, ...more] = token.split('.');
  if (version !== VERSION || payload === undefined || mac === undefined || more.length > 0) return null;
  const given = Buffer.from(mac, 'base64url');
  const expected = signature(`${version}.${payload}`, secret);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  return claimsSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
}

function signature(text: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}
