import { controlRequestSchema } from '@vumi/runtime';
import { z } from 'zod';
import { platformScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { controlAnswerSchema, pageOf, workerSchema, workerTreeSchema } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

export function workerRoutes(ports: Pick<ApiPorts, 'workers'>): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/workers',
      id: 'listWorkers',
      summary: 'What runs: the processes of the platform and their workers',
      access: platformScope('status:read'),
      answers: { 200: { description: 'Workers', schema: pageOf(workerSchema) } },
      handle: async () => ok({ items: [...(await ports.workers.list())], next_cursor: null }),
    }),
    defineRoute({
      method: 'GET',
      path: '/workers/:name',
      id: 'getWorker',
      summary: 'One worker, wherever it runs; a supervisor with what it runs',
      access: platformScope('status:read'),
      params: z.strictObject({ name: z.string() }),
      answers: { 200: { description: 'The worker', schema: workerTreeSchema } },
      handle: async ({ params }) => ok(await ports.workers.find(params.name)),
    }),
    defineRoute({
      method: 'POST',
      path: '/workers',
      id: 'controlWorkers',
      tells: ({ operation, ...rest }) => ({ operation, worker: 'name' in rest ? rest.name : null }),
      summary: 'Start, stop, restart or list workers',
      access: platformScope('workers:write'),
      body: jsonBody(controlRequestSchema),
      answers: { 200: { description: 'What was done', schema: controlAnswerSchema } },
      handle: async ({ body }) => ok({ ...(await ports.workers.control(body)) }),
    }),
  ];
}
