import { VumiError } from '@vumi/core';
import { Command, CommanderError, Option } from 'commander';

/** What was said after `vumi worker`. */
export interface WorkerArguments {
  readonly type?: string | undefined;
  readonly config?: string;
  readonly workerClass?: string;
  readonly setOption?: readonly string[];
  readonly vumiConfig?: string;
  readonly hostname?: string;
  readonly port?: string;
  readonly username?: string;
  readonly password?: string;
  readonly vhost?: string;
  readonly specfile?: string;
  readonly sentry?: string;
  readonly systemId?: string;
  readonly workerName?: string;
  readonly brokerUrl?: string;
  readonly brokerNamespace?: string;
  readonly queueType?: 'classic' | 'quorum';
  readonly redisUrl?: string;
  readonly databaseUrl?: string;
  readonly dataDir?: string;
  readonly httpHost?: string;
  readonly httpPort?: string;
  readonly publicUrl?: string;
  readonly probeHost?: string;
  readonly probePort?: string;
  readonly logLevel?: string;
  readonly strict?: boolean;
  readonly check?: boolean;
}

const HELP_END = `
Where RabbitMQ is: --broker-url, else Vumi's --hostname … --vhost or --vumi-config, else VUMI_BROKER_URL, else Vumi's own
defaults when the worker is named by its class in Vumi (amqp://vumi:vumi@127.0.0.1:5672, vhost /develop). Without any of
them only multi_worker runs, on a broker within its process: its workers have each other.

Queues are declared as a Python Vumi declares them: classic, durable, without arguments. Beside the platform on RabbitMQ
("vumi up", whose queues are quorum queues) existing queues are used as they are.

Other commands:
  vumi worker types          all types, one on a line
  vumi worker help TYPE      the options of one

Examples:
  $ npx vumi worker smpp --config smpp.yaml --set-option system_id:me
  $ npx vumi worker --worker-class vumi.dispatchers.BaseDispatchWorker --config dispatcher.yaml
  $ npx vumi worker ./my-application.ts --config mine.yaml --broker-url amqp://guest:guest@127.0.0.1:5672
`;

function createCommand(): Command {
  const also =
    (list: string) =>
    (value: string, before: readonly string[] = []) => {
      if (value === '') throw new VumiError('config.invalid', `${list} needs a value`);
      return [...before, value];
    };
  return new Command('npx vumi worker')
    .description('Runs one worker in this process until it is stopped.')
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .argument('[type]', 'a type, a class name of Vumi’s, or a file (./my-worker.ts)')
    .optionsGroup('The worker:')
    .option('--config <file>', 'its options: YAML with Vumi’s names and !include')
    .option(
      '--set-option <key:value>',
      'one option; wins over the file; may be repeated',
      also('--set-option'),
    )
    .option('--worker-class <class>', 'Vumi’s way to say the type')
    .option(
      '--worker-name <name>',
      'how it is called in logs and lists (default: its transport_name, else its file)',
    )
    .option('--strict', 'refuse unknown options instead of warning of them')
    .option('--check', 'only say whether the options are right')
    .optionsGroup('RabbitMQ, as Vumi:')
    .option('--hostname <host>', '(default: 127.0.0.1)')
    .option('--port <port>', '(default: 5672)')
    .option('--username <name>', '(default: vumi)')
    .option('--password <password>', '(default: vumi)')
    .option('--vhost <vhost>', '(default: /develop)')
    .option('--vumi-config <file>', 'YAML with these options; the command line wins')
    .option('--system-id <id>', 'a name for all workers of one installation; goes into the log')
    .option('--specfile <file>', 'means nothing here')
    .option('--sentry <dsn>', 'means nothing here')
    .optionsGroup('The platform’s own:')
    .option('--broker-url <url>', 'VUMI_BROKER_URL: amqp://user:password@host:port/vhost')
    .option('--broker-namespace <name>', 'prefix of exchanges and queues, as broker.namespace of "vumi up"')
    .addOption(new Option('--queue-type <type>', '(default: classic)').choices(['classic', 'quorum']))
    .option('--redis-url <url>', 'VUMI_REDIS_URL (default: redis_manager of the options, else embedded)')
    .option(
      '--database-url <url>',
      'VUMI_DATABASE_URL: for workers that need one, and for transports to run once',
    )
    .option('--data-dir <folder>', 'VUMI_DATA_DIR (default: .vumi)')
    .option('--http-host <address>', 'VUMI_HTTP_HOST (default: 127.0.0.1)')
    .option('--http-port <port>', 'VUMI_HTTP_PORT: for workers that take requests (default: any)')
    .option('--public-url <url>', 'VUMI_PUBLIC_URL: where networks reach it')
    .option('--probe-host <address>', 'VUMI_PROBE_HOST: of /metrics, /healthz, /readyz (default: 127.0.0.1)')
    .option('--probe-port <port>', 'VUMI_PROBE_PORT: their port (default: any)')
    .option('--log-level <level>', 'VUMI_LOG_LEVEL: debug, info, warn, error, silent (default: info)')
    .addHelpText('after', HELP_END);
}

export function workerUsage(): string {
  return createCommand().helpInformation() + HELP_END;
}

/** Null for who asked for help. Vumi wrote `--set_option` as well as `--set-option`. Throws `config.invalid`. */
export function parseWorkerArguments(args: readonly string[]): WorkerArguments | null {
  const command = createCommand();
  const words = args.map((word) =>
    word.replace(/^--[a-z_-]+/, (option) => `--${option.slice(2).replaceAll('_', '-')}`),
  );
  if (words.includes('--help') || words.includes('-h')) return null;
  try {
    command.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new VumiError('config.invalid', error.message.replace(/^error: /, ''), { cause: error });
  }
  return { ...command.opts<Omit<WorkerArguments, 'type'>>(), type: command.args[0] };
}
