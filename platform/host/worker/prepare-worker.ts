import { parseInput, suggestion, VumiError, type InputProblem } from '@vumi/core';
import { findRouter } from '@vumi/dispatch';
import { takeMiddleware } from '@vumi/middleware';
import type { WorkerSpec, WorkerType } from '@vumi/runtime';
import { fitOptions, type Fitted } from './fit-options.ts';
import { optionNames } from './option-names.ts';
import { findWorker } from './load-worker-type.ts';
import { takeRedisManager, type RedisPlace } from './redis-manager.ts';
import type { Options } from './worker-file.ts';

/** One worker as it was asked for. */
export interface WorkerWanted {
  /** A type, a class name of Vumi's, or a file. */
  readonly word: string;
  readonly options: Options;
  /** How it is called where its options do not say: transports are called by `transport_name`. */
  readonly name?: string | undefined;
  /** And where nothing else says it. Default: its type. */
  readonly fallbackName?: string | undefined;
}

export interface PreparedWorker {
  readonly spec: WorkerSpec;
  readonly type: WorkerType;
  readonly redis: RedisPlace | null;
  /** What was left out of the options, and why. */
  readonly warnings: readonly string[];
}

/**
 * Makes of Vumi's options what a worker type takes: `TRANSPORT_NAME` is `transport_name`, `redis_manager` says where the
 * state is, texts become what the schema asks for, unknown options are left out with a warning (`strict`: refused).
 * Throws `config.invalid`.
 */
export async function prepareWorker(
  { word, options: given, name, fallbackName }: WorkerWanted,
  types: readonly WorkerType[],
  { strict }: { readonly strict: boolean },
): Promise<PreparedWorker> {
  const { type, isTransport, implied } = await findWorker(word, types);
  const { options, place, warnings: ofRedis } = takeRedisManager({ ...implied, ...withTransportName(given) });
  const taken = takeMiddleware(options);
  const { config } = taken;
  const connector = readConnector(config);
  if (isTransport && connector === undefined) {
    throw new VumiError('config.invalid', '"transport_name" is missing: the name of the transport’s queues', {
      field: 'transport_name',
    });
  }
  const { transport_name: _, worker_name, ...nameless } = config;
  const own = isTransport
    ? nameless
    : connector === undefined
      ? nameless
      : { ...nameless, transport_name: connector };
  const fitted = await fitWorker(type, own, { strict });
  check(type, fitted.options);
  const [, listed] = partition(options, (option) => Object.hasOwn(config, option));
  const called = name ?? (typeof worker_name === 'string' ? worker_name : undefined);
  return {
    spec: {
      name: isTransport ? (connector ?? '') : (called ?? connector ?? fallbackName ?? type.type),
      type: type.type,
      config: { ...fitted.options, ...listed },
      origin: 'configuration',
    },
    type,
    redis: place,
    warnings: [...ofRedis, ...fitted.warnings],
  };
}

/** Says all that is wrong before anything is opened. Throws `config.invalid`. */
function check(type: WorkerType, options: Options): void {
  try {
    parseInput(type.configSchema, options, 'config.invalid');
  } catch (error) {
    if (!(error instanceof VumiError)) throw error;
    const errors = (error.details?.['errors'] ?? []) as readonly InputProblem[];
    const text = errors.length === 0 ? error.message : errors.map(({ detail }) => detail).join('; ');
    throw new VumiError('config.invalid', `worker ${type.type}: ${text}`, { cause: error });
  }
}

/** The options of a dispatcher's router stand beside its own: both say what they know. */
async function fitWorker(
  type: WorkerType,
  own: Options,
  checks: { readonly strict: boolean },
): Promise<Fitted> {
  const { options, warnings } = fitOptions(type.configSchema, own, checks);
  const { router_class: word } = options;
  if (typeof word !== 'string') return { options, warnings };
  const router = await findRouter(word);
  const ofWorker = new Set(optionNames(type.configSchema));
  const [known, beside] = partition(options, (name) => ofWorker.has(name));
  const ofRouter = fitOptions(router.configSchema, beside, checks);
  return { options: { ...known, ...ofRouter.options }, warnings: [...warnings, ...ofRouter.warnings] };
}

function partition(options: Options, isFirst: (name: string) => boolean): readonly [Options, Options] {
  const entries = Object.entries(options);
  return [
    Object.fromEntries(entries.filter(([name]) => isFirst(name))),
    Object.fromEntries(entries.filter(([name]) => !isFirst(name))),
  ];
}

function withTransportName(options: Options): Options {
  const { TRANSPORT_NAME: old, ...rest } = options;
  return old === undefined ? options : { transport_name: old, ...rest };
}

function readConnector({ transport_name: name }: Options): string | undefined {
  if (name === undefined || name === null) return undefined;
  const text = typeof name === 'number' ? String(name) : name;
  if (typeof text !== 'string') {
    throw new VumiError('config.invalid', '"transport_name" must be a text', { field: 'transport_name' });
  }
  if (text !== text.toLowerCase()) {
    const meant = suggestion(text, [text.toLowerCase()]);
    throw new VumiError('config.invalid', `"transport_name" "${text}" must be lower case${meant}`, {
      field: 'transport_name',
    });
  }
  return text;
}
