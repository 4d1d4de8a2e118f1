import type { IncomingHttpHeaders } from 'node:http';

/**
 * The cookie of who is signed in. Over TLS its prefix makes browsers hold it to this one origin: without it, a page of
 * another app could set one of this name for all of them.
 */
function cookieName(secure: boolean): string {
  return secure ? '__Host-vumi' : 'vumi';
}

/** What browsers keep for the rest of the sign-in, and no script reads. */
export function signInCookie(secret: string, lifetimeMs: number, secure: boolean): string {
  const seconds = Math.max(0, Math.floor(lifetimeMs / 1000));
  const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return `${cookieName(secure)}=${secret}; ${attributes}`;
}

/** Values of the cookie in a request: more than one where another origin has set one, too. */
export function signInSecrets(headers: Pick<IncomingHttpHeaders, 'cookie'>, secure: boolean): string[] {
  const start = `${cookieName(secure)}=`;
  return (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(start))
    .map((pair) => pair.slice(start.length))
    .slice(0, 5);
}
