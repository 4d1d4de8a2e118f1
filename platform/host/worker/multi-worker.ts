import { VumiError } from '@vumi/core';
import { createSupervisor, defineWorker, type RuntimeServices, type WorkerType } from '@vumi/runtime';
import { z } from 'zod';
import { prepareWorker, type PreparedWorker } from './prepare-worker.ts';
import type { Options } from './worker-file.ts';

const configSchema = z
  .object({
    workers: z
      .record(z.string(), z.string())
      .describe('Name of a worker to its type, its class name in Vumi, or a file.'),
    defaults: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('Options of all of them; those under a worker’s own name win.'),
  })
  .catchall(z.record(z.string(), z.unknown(), 'must hold the options of that worker').nullable());
type MultiConfig = z.infer<typeof configSchema>;

/**
 * Several workers in one process (spec vumi-core §6, "MultiWorker"). Options under a worker's name replace those of
 * `defaults` one by one, not parts of them. Vumi gave each a connection of its own to RabbitMQ; here they share the two
 * of their process, one to publish and one to consume, and each consumer has a channel of its own. They start in order,
 * all or none; one that dies is started again by itself.
 */
export function createMultiWorker(services: () => RuntimeServices): WorkerType {
  return defineWorker({
    type: 'multi_worker',
    aliases: ['vumi.multiworker.MultiWorker'],
    summary: 'several workers in one process',
    configSchema,
    placement: 'each',
    needs: [],
    ends: () => ({}),
    async start(config, { logger }) {
      const shared = services();
      const prepared = await prepareWorkers(config, shared.types, { strict: false });
      const custom = prepared.map(({ type }) => type).filter((type) => !shared.types.includes(type));
      await using stack = new AsyncDisposableStack();
      const types = [...custom, ...shared.types];
      const supervisor = stack.use(createSupervisor({ ...shared, types, logger }));
      for (const { spec, warnings } of prepared) {
        for (const warning of warnings) logger.warn({ worker: spec.name, warning }, 'option left out');
        await supervisor.startOrThrow(spec);
      }
      const owned = stack.move();
      return {
        status: () => {
          const worst = supervisor.list().toSorted((a, b) => rankOf(b.status) - rankOf(a.status))[0];
          if (worst === undefined) return { status: 'ok', message: 'no workers' };
          const status = worst.status === 'waiting' ? 'degraded' : worst.status;
          return { status, message: `${worst.name}: ${worst.message}` };
        },
        gauges: () => ({}),
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      };
    },
  });
}

/** The workers of a MultiWorker, with their options. Throws `config.invalid`. */
export async function prepareWorkers(
  config: MultiConfig,
  types: readonly WorkerType[],
  checks: { readonly strict: boolean },
): Promise<readonly PreparedWorker[]> {
  const names = Object.keys(config.workers);
  const unknown = Object.keys(config).find((key) => !['workers', 'defaults', ...names].includes(key));
  if (unknown !== undefined) {
    throw new VumiError('config.invalid', `options for "${unknown}", which is not among the workers`, {
      field: unknown,
    });
  }
  return Promise.all(
    Object.entries(config.workers).map(([name, word]) =>
      prepareWorker({ word, name, options: { ...config.defaults, ...config[name] } }, types, checks),
    ),
  );
}

/** Reads the options of a MultiWorker. Throws `config.invalid`. */
export function readMultiConfig(options: Options): MultiConfig {
  const result = configSchema.safeParse(options);
  if (result.success) return result.data;
  throw new VumiError('config.invalid', z.prettifyError(result.error));
}

function rankOf(status: string): number {
  return ['ok', 'waiting', 'degraded', 'down'].indexOf(status);
}
