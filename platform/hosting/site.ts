import { VumiError, type AppRef } from '@vumi/core';
import { parseAppHost } from './app-host.ts';
import type { HostingPorts } from './ports.ts';

/** One app as it is served now. */
export interface Site {
  readonly ref: AppRef;
  readonly version: number;
  /** The Host of the request, lower case, with its port. */
  readonly host: string;
}

/** The site that a Host header asks for, or null. */
export function findSite(host: string | undefined, ports: HostingPorts): Site | null {
  const ref = parseAppHost(host ?? '', ports.appsDomain);
  const version = ref === null ? null : ports.activeVersion(ref);
  if (ref === null || version === null || host === undefined) return null;
  return { ref, version, host: host.toLowerCase() };
}

/** As above, for the API. */
export function requireSite(host: string | undefined, ports: HostingPorts): Site {
  const site = findSite(host, ports);
  if (site !== null) return site;
  throw new VumiError('not_found', `there is no active app at ${host ?? 'this address'}`);
}
