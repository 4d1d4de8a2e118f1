import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { VumiError } from '@vumi/core';
import { defineWorker, type Worker, type WorkerPorts, type WorkerType } from '@vumi/runtime';
import { z } from 'zod';
import type { Config } from './config-schema.ts';
import { workersSchema } from './configured-workers.ts';

const ENTRY = fileURLToPath(new URL('supervisor-process.ts', import.meta.url));

/** What the process is told when it starts. */
export interface SupervisorOrders {
  readonly name: string;
  readonly parent: string;
  readonly workers: z.infer<typeof workersSchema>;
  readonly config: Config;
}

/** What it says: that its workers run, or why they cannot. */
export type SupervisorWord = { readonly ready: true } | { readonly failed: string };

/**
 * A supervisor in a process of its own, as a worker of the supervisor in this one (`parent`): started anew when its process
 * dies, ended with this one however that ends.
 */
export function supervisorWorker(config: Config, parent: string): WorkerType {
  return defineWorker({
    type: 'supervisor',
    aliases: [],
    summary: 'Runs workers in a process of its own',
    configSchema: z.strictObject({
      workers: workersSchema.default({}).describe('What it runs beside what it is told to at run time'),
    }),
    placement: 'each',
    needs: [],
    ends: () => {
      if (config.broker.url === undefined) {
        const text = 'a supervisor in another process reaches this one through a broker: set VUMI_BROKER_URL';
        throw new VumiError('config.invalid', text, { field: 'broker' });
      }
      return {};
    },
    start: ({ workers }, ports) =>
      startChild({ name: ports.name, parent, workers, config: withProbeOfItsOwn(config) }, ports),
  });
}

/** The port that is named is that of the process which it was said to. */
function withProbeOfItsOwn(config: Config): Config {
  const { port: _, ...probe } = config.probe;
  return { ...config, probe };
}

async function startChild(orders: SupervisorOrders, { logger, signal }: WorkerPorts): Promise<Worker> {
  const child = fork(ENTRY, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const gone = Promise.withResolvers<never>();
  gone.promise.catch(() => {});
  child.once('exit', (code, by) =>
    gone.reject(new Error(`its process ended (${by ?? `exit code ${code}`})`)),
  );
  child.once('error', (error) => gone.reject(error));
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
  signal.addEventListener('abort', () => void child.kill('SIGTERM'), { once: true });
  try {
    child.send(orders);
    const word = await Promise.race([nextWord(child), gone.promise]);
    if ('failed' in word) throw new VumiError('config.invalid', word.failed);
  } catch (error) {
    await end();
    throw error;
  }
  logger.info({ pid: child.pid }, 'a supervisor runs in a process of its own');
  return {
    status: () => ({ status: 'ok', message: `runs in process ${child.pid}` }),
    gauges: () => ({}),
    died: gone.promise,
    [Symbol.asyncDispose]: end,
  };
}

function nextWord(child: ChildProcess): Promise<SupervisorWord> {
  return new Promise((resolve) => child.once('message', (word) => resolve(word as SupervisorWord)));
}
