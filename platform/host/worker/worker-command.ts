import { VumiError, type Logger } from '@vumi/core';
import type { WorkerType } from '@vumi/runtime';
import { createLogger } from '../logging.ts';
import { startWorkerProcess } from '../worker-process.ts';
import { workerTypes } from '../worker-types.ts';
import { findWorker } from './load-worker-type.ts';
import { createMultiWorker, prepareWorkers, readMultiConfig } from './multi-worker.ts';
import { prepareWorker, type PreparedWorker } from './prepare-worker.ts';
import { parseWorkerArguments, workerUsage } from './worker-arguments.ts';
import { describeType, listTypes } from './worker-help.ts';
import { toPlatformConfig } from './platform-config.ts';
import { readWorkerSettings, type WorkerSettings } from './worker-settings.ts';

/** Processes of one worker that nobody gave a name. */
const MOST_UNNAMED = 100;

/** `vumi worker …`; null when all that was asked for was to be told something. Throws `config.invalid`. */
export async function runWorkerCommand(args: readonly string[]): Promise<AsyncDisposable | null> {
  const [first, second] = args;
  if (first === 'types') return say(listTypes(allTypes()));
  if (first === 'help' && second !== undefined) {
    return say(describeType((await findWorker(second, allTypes())).type));
  }
  const parsed = args.length === 0 || first === 'help' ? null : parseWorkerArguments(args);
  if (parsed === null) return say(workerUsage());
  const settings = readWorkerSettings(parsed, process.env);
  const { systemId } = settings;
  const root = createLogger(settings.logLevel);
  return startWorker(settings, systemId === undefined ? root : root.child({ system_id: systemId }));
}

/** Starts one worker with what it works with; null when it was only to be checked. Disposal stops it in good order. */
async function startWorker(settings: WorkerSettings, logger: Logger): Promise<AsyncDisposable | null> {
  const { word, options, name, fallbackName, strict } = settings;
  for (const note of settings.notes) logger.warn({ note }, 'something of the command line has no effect');
  const types = allTypes();
  const prepared = await prepareWorker({ word, options, name, fallbackName }, types, { strict });
  const all = [prepared, ...(await partsOf(prepared, types, { strict }))];
  for (const warning of all.flatMap(({ warnings }) => warnings)) {
    logger.warn({ warning }, 'an option was left out');
  }
  const { spec, type } = prepared;
  if (settings.check) return say(`vumi: the options of ${spec.name} (${type.type}) are right\n`);
  const config = toPlatformConfig(settings, all.find(({ redis }) => redis !== null)?.redis ?? null);
  const more = types.includes(type) ? [] : [type];
  const isNamed = spec.name !== type.type || name !== undefined || fallbackName !== undefined;
  return firstFree(spec.name, isNamed ? 1 : MOST_UNNAMED, async (free) => {
    const started = await startWorkerProcess({ name: free }, [{ ...spec, name: free }], {
      config,
      logger,
      more,
    });
    const probe = started.probeUrl === null ? '' : `; its probe is at ${started.probeUrl}`;
    process.stdout.write(`vumi: worker ${free} (${type.type}) runs on ${brokerOf(settings)}${probe}\n`);
    return started;
  });
}

/**
 * Starts under the first of so many names that no other process of this machine has: Vumi's documentation starts the
 * same worker several times over, and a process keeps its state in a folder of its name.
 */
async function firstFree<T>(name: string, names: number, start: (name: string) => Promise<T>): Promise<T> {
  for (let each = 1; ; each += 1) {
    try {
      return await start(each === 1 ? name : `${name}-${each}`);
    } catch (error) {
      if (each >= names || !(error instanceof VumiError) || error.code !== 'data.in_use') throw error;
    }
  }
}

/** The workers within a MultiWorker, so that what is wrong with one is said before anything starts. */
async function partsOf(
  { type, spec }: PreparedWorker,
  types: readonly WorkerType[],
  checks: { readonly strict: boolean },
): Promise<readonly PreparedWorker[]> {
  if (type.type !== 'multi_worker') return [];
  return prepareWorkers(readMultiConfig(spec.config as Record<string, unknown>), types, checks);
}

/** To be looked at: those that run are the process's. */
function allTypes(): readonly WorkerType[] {
  const notHere = (): never => {
    throw new TypeError('a type that was only to be looked at was started');
  };
  return [...workerTypes, createMultiWorker(notHere)];
}

function brokerOf({ brokerUrl }: WorkerSettings): string {
  if (brokerUrl === null) return 'the embedded broker';
  const { host, pathname } = new URL(brokerUrl);
  return `RabbitMQ at ${host}${decodeURIComponent(pathname)}`;
}

function say(text: string): null {
  process.stdout.write(text);
  return null;
}
