import type { EndpointFaults } from '@vumi/core';
import { classicEndpoints } from '../classic/endpoints.ts';
import { noRoute } from '../no-route.ts';
import type { AppSettings } from '../apps/app.ts';
import type { Manifest } from './manifest.ts';

/** Warnings of a deploy: endpoints that the manifest or a classic app's configuration names, and by which nothing leaves. */
export function endpointWarnings(
  { api, endpoints = [] }: Manifest,
  { config }: Pick<AppSettings, 'config'>,
  faults: EndpointFaults,
): string[] {
  const wanted = new Set([...endpoints, ...(api === 'classic' ? classicEndpoints(config) : [])]);
  return [...wanted].flatMap((endpoint) => {
    const fault = Object.hasOwn(faults, endpoint) ? faults[endpoint] : noRoute(endpoint);
    return typeof fault === 'string' ? [fault] : [];
  });
}
