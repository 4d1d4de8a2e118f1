import type { IncomingHttpHeaders } from 'node:http';
import { VumiError } from '@vumi/core';

type OriginHeaders = Pick<IncomingHttpHeaders, 'origin' | 'host' | 'sec-fetch-site'>;

/** What browsers say of a request by a page of the same origin, and of an address that somebody has typed. */
const OWN_SITES: ReadonlySet<unknown> = new Set(['same-origin', 'none']);

/** Throws when a request says that a page of another origin sent it. `secure`: this one is reached over TLS. */
export function refuseOtherOrigins(headers: OriginHeaders, secure: boolean): void {
  const site = headers['sec-fetch-site'];
  const isForeign =
    site === undefined ? !isOwn(headers, secure) : !OWN_SITES.has(site) || !isOwnOrNull(headers, secure);
  if (isForeign) throw new VumiError('auth.forbidden', 'a page reaches what is at its own origin only');
}

function isOwn({ origin, host }: OriginHeaders, secure: boolean): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, host: given } = new URL(origin);
  // What came to the same host without TLS may have been written by anybody on the way.
  return given === host?.toLowerCase() && (!secure || protocol === 'https:');
}

/** A form of a page that tells no referrer comes from "null". */
function isOwnOrNull(headers: OriginHeaders, secure: boolean): boolean {
  return headers.origin === 'null' || isOwn(headers, secure);
}
