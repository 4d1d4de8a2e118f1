import type { IncomingHttpHeaders } from 'node:http';

/** Of who is signed in (`vumi`), and of a user who has opened a link (`vumi-user`). */
export type CookieName = 'vumi' | 'vumi-user';

/**
 * Over TLS its prefix makes browsers hold a cookie to this one origin: without it, a page of another app could set one of
 * this name for all of them.
 */
function nameOf(cookie: CookieName, secure: boolean): string {
  return secure ? `__Host-${cookie}` : cookie;
}

/** What browsers keep for so long, and no script reads. */
export function secretCookie(
  cookie: CookieName,
  { secret, lifetimeMs }: { readonly secret: string; readonly lifetimeMs: number },
  secure: boolean,
): string {
  const seconds = Math.max(0, Math.floor(lifetimeMs / 1000));
  const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return `${nameOf(cookie, secure)}=${secret}; ${attributes}`;
}

/** Values of the cookie in a request: more than one where another origin has set one, too. */
export function secretsIn(
  headers: Pick<IncomingHttpHeaders, 'cookie'>,
  cookie: CookieName,
  secure: boolean,
): string[] {
  const start = `${nameOf(cookie, secure)}=`;
  return (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(start))
    .map((pair) => pair.slice(start.length))
    .slice(0, 5);
}
