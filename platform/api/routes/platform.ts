import { keptFor } from '@vumi/core';
import { platformScope } from '../access.ts';
import type { ApiPorts } from '../ports.ts';
import { figuresSchema } from '../figures-resource.ts';
import { statusSchema } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

/** However many watch, heartbeats, queues and database are looked at so often at most. */
const KEPT_MS = 500;

export function platformRoutes(ports: ApiPorts): Route[] {
  const figures = keptFor(KEPT_MS, ports.clock, () => ports.figures());
  return [
    defineRoute({
      method: 'GET',
      path: '/status',
      id: 'getStatus',
      summary: 'How the platform is',
      access: platformScope('status:read'),
      answers: { 200: { description: 'The status', schema: statusSchema } },
      handle: async () => ok(await ports.status()),
    }),
    defineRoute({
      method: 'GET',
      path: '/figures',
      id: 'getFigures',
      summary: 'What goes through, as counts since the processes began, and what waits',
      access: platformScope('status:read'),
      answers: { 200: { description: 'The figures', schema: figuresSchema } },
      handle: async () => ok(await figures()),
    }),
  ];
}
