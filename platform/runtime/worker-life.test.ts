import type { Middleware } from '@vumi/core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { openServices } from './services.fixture.ts';
import { beginLife } from './worker-life.ts';
import { defineWorker, type WorkerPorts } from './worker-type.ts';

const pass: Middleware = (transit, next) => next(transit);

it.each([
  ['a worker', false, ['all']],
  ['a worker that passes messages through it itself', true, ['reports']],
])('%s has its middleware around its ends, or gets it', async (_what, takesMiddleware, around) => {
  const started: WorkerPorts[] = [];
  const type = defineWorker({
    type: 'taker',
    summary: 'Keeps what it was started with.',
    configSchema: z.strictObject({}),
    placement: 'each',
    needs: [],
    takesMiddleware,
    ends: () => ({}),
    async start(_config, ports) {
      started.push(ports);
      return {
        status: () => ({ status: 'ok', message: 'running' }),
        gauges: () => ({}),
        async [Symbol.asyncDispose]() {},
      };
    },
  });
  const wrapped: string[] = [];
  const orders = { consume: [pass], publish: [pass] };
  await using services = await openServices([type]);
  const life = await beginLife(
    { name: 'one', type: 'taker', config: {}, origin: 'configuration' },
    {
      ...services,
      middleware: (config) => ({
        config,
        start: async () => ({
          around: (ends) => (wrapped.push('all'), ends),
          aroundReports: (ends) => (wrapped.push('reports'), ends),
          orders,
          async [Symbol.asyncDispose]() {},
        }),
      }),
    },
  );
  expect(wrapped).toEqual(around);
  expect(started[0]?.middleware).toBe(takesMiddleware ? orders : undefined);
  await life.end();
});
