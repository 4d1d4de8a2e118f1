import { parse, resolve } from 'node:path';
import { VumiError } from '@vumi/core';
import type { QueueType } from '@vumi/broker';
import type { RedisPlace } from './redis-manager.ts';
import { brokerUrlOf, namesBroker, readVumiConfig, type VumiOptions } from './vumi-options.ts';
import type { WorkerArguments } from './worker-arguments.ts';
import { readOptionsFile, readSetOption, type Options } from './worker-file.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** All that `vumi worker` was told, with its defaults. */
export interface WorkerSettings {
  /** A type, a class name of Vumi's, or a file. */
  readonly word: string;
  readonly options: Options;
  readonly name: string | undefined;
  /** How it is called when nothing else says it: as its file. */
  readonly fallbackName: string | undefined;
  readonly strict: boolean;
  /** Nothing is to run. */
  readonly check: boolean;
  readonly systemId: string | undefined;
  /** Null: the embedded broker. */
  readonly brokerUrl: string | null;
  readonly namespace: string;
  readonly queueType: QueueType;
  /** Null: as the worker's options say, else embedded. */
  readonly redis: RedisPlace | null;
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly probe: { readonly host: string; readonly port: number };
  readonly http: { readonly host: string; readonly port: number; readonly publicUrl: string | null };
  /** Of the section `heartbeats`, what was said. */
  readonly heartbeats: { readonly system_id?: string; readonly interval?: string };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** What was said and has no effect. */
  readonly notes: readonly string[];
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** Environment variables and the options that they stand for; VUMI_BROKER_URL counts after Vumi's own options. */
const ENVIRONMENT = {
  VUMI_REDIS_URL: 'redisUrl',
  VUMI_DATABASE_URL: 'databaseUrl',
  VUMI_DATA_DIR: 'dataDir',
  VUMI_HTTP_HOST: 'httpHost',
  VUMI_HTTP_PORT: 'httpPort',
  VUMI_PUBLIC_URL: 'publicUrl',
  VUMI_PROBE_HOST: 'probeHost',
  VUMI_PROBE_PORT: 'probePort',
  VUMI_LOG_LEVEL: 'logLevel',
} as const satisfies Record<string, keyof WorkerArguments>;

const DEFAULTS = {
  strict: false,
  check: false,
  brokerNamespace: '',
  queueType: 'classic',
  dataDir: '.vumi',
  httpHost: '127.0.0.1',
  httpPort: '0',
  probeHost: '127.0.0.1',
  probePort: '0',
  logLevel: 'info',
} as const satisfies WorkerArguments;

/** Command line, then environment, then files, then defaults. Throws `config.invalid`. */
export function readWorkerSettings(args: WorkerArguments, env: Environment): WorkerSettings {
  const fromEnv = Object.entries(ENVIRONMENT).flatMap(([name, option]) =>
    env[name] === undefined ? [] : [[option, env[name]] as const],
  );
  const said = { ...DEFAULTS, ...Object.fromEntries(fromEnv), ...args };
  const vumi = vumiOptionsOf(args);
  const word = wordOf(args);
  const { redisUrl } = said;
  const systemId = vumi.options['system-id'] ?? vumi.options.system_id ?? env['VUMI_SYSTEM_ID'];
  const interval = env['VUMI_HEARTBEAT_INTERVAL'];
  return {
    ...fileOf(args),
    word,
    name: args.workerName,
    strict: said.strict,
    check: said.check,
    systemId,
    heartbeats: {
      ...(systemId === undefined ? {} : { system_id: systemId }),
      ...(interval === undefined ? {} : { interval }),
    },
    brokerUrl: brokerOf(args, vumi.options, { word, env }),
    namespace: said.brokerNamespace,
    queueType: said.queueType,
    redis: redisUrl === undefined ? null : { kind: 'redis', url: redisUrl, prefix: 'vumi:' },
    databaseUrl: said.databaseUrl,
    dataDir: resolve(said.dataDir),
    probe: { host: said.probeHost, port: portOf('--probe-port', said.probePort) },
    http: {
      host: said.httpHost,
      port: portOf('--http-port', said.httpPort),
      publicUrl: said.publicUrl ?? null,
    },
    logLevel: levelOf(said.logLevel),
    notes: [...vumi.warnings, ...notesOf(vumi.options)],
  };
}

function fileOf({
  config,
  setOption = [],
}: WorkerArguments): Pick<WorkerSettings, 'options' | 'fallbackName'> {
  const read = config === undefined ? {} : readOptionsFile(config);
  return {
    options: { ...read, ...Object.fromEntries(setOption.map(readSetOption)) },
    fallbackName: config === undefined ? undefined : parse(config).name,
  };
}

function notesOf({ specfile, sentry }: VumiOptions): readonly string[] {
  return [
    ...(specfile === undefined ? [] : ['--specfile means nothing here']),
    ...(sentry === undefined ? [] : ['--sentry means nothing here: errors are in the log']),
  ];
}

function wordOf({ type, workerClass }: WorkerArguments): string {
  if (type !== undefined && workerClass !== undefined && type !== workerClass) {
    throw invalid(`name the worker once: by "${type}" or by --worker-class ${workerClass}`);
  }
  const word = type ?? workerClass;
  if (word !== undefined) return word;
  throw invalid('name a type of worker, or a class with --worker-class; "vumi worker types" lists them');
}

/** Vumi's options on the command line over those of --vumi-config. */
function vumiOptionsOf(args: WorkerArguments): ReturnType<typeof readVumiConfig> {
  const { options, warnings } = readVumiConfig(
    args.vumiConfig === undefined ? {} : readOptionsFile(args.vumiConfig),
  );
  const { hostname, port, username, password, vhost, specfile, sentry, systemId } = args;
  const given = { hostname, username, password, vhost, specfile, sentry, 'system-id': systemId };
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const ports = port === undefined ? {} : { port: portOf('--port', port) };
  return { options: { ...options, ...said, ...ports }, warnings };
}

const SAYING_WHERE = ['hostname', 'port', 'username', 'password', 'vhost'] as const;

function brokerOf(
  args: WorkerArguments,
  vumi: VumiOptions,
  { word, env }: { readonly word: string; readonly env: Environment },
): string | null {
  if (args.brokerUrl !== undefined) {
    if (SAYING_WHERE.some((option) => args[option] !== undefined))
      throw invalid('say where RabbitMQ is once: by --broker-url or by --hostname and the like');
    return args.brokerUrl;
  }
  if (namesBroker(vumi)) return brokerUrlOf(vumi);
  const url = env['VUMI_BROKER_URL'];
  if (url !== undefined) return url;
  const isVumis =
    args.workerClass !== undefined || /^[a-z_]+\..*[A-Z]/.test(word) || args.vumiConfig !== undefined;
  return isVumis ? brokerUrlOf(vumi) : null;
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw invalid(`${option} "${text}" is no port: use 1 to 65535`);
}

function levelOf(text: string): WorkerSettings['logLevel'] {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level !== undefined) return level;
  throw invalid(`--log-level "${text}" is none of ${LOG_LEVELS.join(', ')}`);
}

function invalid(text: string): VumiError {
  return new VumiError('config.invalid', text);
}
