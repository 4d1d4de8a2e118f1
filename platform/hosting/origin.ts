import type { IncomingHttpHeaders } from 'node:http';
import { VumiError } from '@vumi/core';

type OriginHeaders = Pick<IncomingHttpHeaders, 'origin' | 'host' | 'sec-fetch-site'>;

/** What browsers say of a request by a page of the same origin, and of an address that somebody has typed. */
const OWN_SITES: ReadonlySet<unknown> = new Set(['same-origin', 'none']);

/** Throws when a request says that a page of another origin sent it. */
export function refuseOtherOrigins(headers: OriginHeaders): void {
  const site = headers['sec-fetch-site'];
  const isForeign = site === undefined ? !isOwn(headers) : !OWN_SITES.has(site) || !isOwnOrNull(headers);
  if (isForeign) throw new VumiError('auth.forbidden', 'a page reaches what is at its own origin only');
}

function isOwn({ origin, host }: OriginHeaders): boolean {
  if (origin === undefined) return true;
  const given = URL.canParse(origin) ? new URL(origin).host : origin;
  return given === host?.toLowerCase();
}

/** A form of a page that tells no referrer comes from "null". */
function isOwnOrNull(headers: OriginHeaders): boolean {
  return headers.origin === 'null' || isOwn(headers);
}
