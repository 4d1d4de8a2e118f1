import { administrator } from '../access.ts';
import type { ApiPorts } from '../ports.ts';
import { pageOf, statusSchema, workerSchema } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

export function platformRoutes(ports: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/status',
      id: 'getStatus',
      summary: 'How the platform is',
      access: administrator,
      answers: { 200: { description: 'The status', schema: statusSchema } },
      handle: async () => ok(await ports.status()),
    }),
    defineRoute({
      method: 'GET',
      path: '/workers',
      id: 'listWorkers',
      summary: 'What runs: the processes of the platform and the transports',
      access: administrator,
      answers: { 200: { description: 'Workers', schema: pageOf(workerSchema) } },
      handle: async () => ok({ items: (await ports.status()).workers, next_cursor: null }),
    }),
  ];
}
