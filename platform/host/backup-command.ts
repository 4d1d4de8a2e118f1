import { resolve } from 'node:path';
import {
  backUp,
  checkBackup,
  restore,
  type BackupPlace,
  type QueueServer,
  type WaitingMessages,
} from '@vumi/backup';
import { API_CONNECTOR, type Broker } from '@vumi/core';
import { appConnectors } from '@vumi/dispatch';
import type { Command } from 'commander';
import { addSetting, createCommand, readFlags, settingAt } from './command-line.ts';
import type { Config } from './config-schema.ts';
import { loadConfig, type Flags } from './config.ts';
import { createLogger } from './logging.ts';
import { openBroker } from './servers.ts';

/** Where a platform keeps what. */
const PLACES = ['data_dir', 'database.url', 'redis.url', 'broker.url', 'log_level'];
const BACKUP_HELP = `
The platform may run on: it stands still for the moment in which its own files are copied. Whoever has the folder
has the tokens, passwords and messages in it. docs/backup.md says what is in it.

Example:
  vumi backup backups/monday
`;
const RESTORE_HELP = `
The platform must not run. A database that is named must be empty, and Redis without keys of ours.

Example:
  vumi restore backups/monday --check
  vumi restore backups/monday --data-dir .vumi && vumi up
`;

interface RestoreFlags extends Flags {
  readonly force?: boolean;
  readonly check?: boolean;
}

/** `vumi backup FOLDER`. Throws `config.invalid`. */
export async function runBackupCommand(args: readonly string[]): Promise<null> {
  const command = withPlaces(
    createCommand('vumi backup', 'Writes all that the platform keeps into a new folder.')
      .usage('<folder> [options]')
      .argument('<folder>')
      .addHelpText('after', BACKUP_HELP),
  );
  const flags = readFlags(command, args);
  if (flags === null) return null;
  const { place, config } = await readPlace(flags);
  const folder = resolve(command.args[0] ?? '');
  const logger = createLogger(config.log_level);
  await using broker = config.broker.url === undefined ? null : await openBroker(config, logger);
  const queues = broker === null ? null : queuesOf(config, broker);
  const { rows, tables, files, keys, waiting, frozenMs } = await backUp({ ...place, queues }, folder, logger);
  say(
    `${folder}: ${rows} rows of ${tables} tables, ${files} files${keys === null ? '' : `, ${keys} keys of Redis`}`,
  );
  if (frozenMs !== null) say(`the platform stood still for ${Math.ceil(frozenMs)} ms`);
  if (waiting !== null) sayWaiting(waiting);
  return null;
}

/** Where the platform's own workers leave and find messages; what the database names comes on top. */
function queuesOf({ dispatch, transports, workers }: Config, broker: Broker): QueueServer {
  const connectors = [
    ...appConnectors(dispatch.sandbox_queues),
    API_CONNECTOR,
    ...Object.keys(transports),
    ...Object.keys(workers),
  ];
  return { connectors, depth: (queue) => broker.depth(queue) };
}

/** So many queues are named, the longest first. */
const MOST_QUEUES = 5;

function sayWaiting(waiting: readonly WaitingMessages[]): void {
  const sum = waiting.reduce((total, { messages }) => total + messages, 0);
  if (sum === 0) return say('nothing waits in queues of RabbitMQ, which are in no backup');
  const named = waiting.slice(0, MOST_QUEUES).map(({ queue, messages }) => `${messages} in ${queue}`);
  const more = waiting.length > MOST_QUEUES ? `, and in ${waiting.length - MOST_QUEUES} more` : '';
  say(
    `WARNING: ${sum} messages wait in queues of RabbitMQ and are not in it: ${named.join(', ')}${more}; ` +
      'for a backup with all of them let the queues run empty first (docs/backup.md)',
  );
}

/** `vumi restore FOLDER`. Throws `config.invalid` and `data.in_use`. */
export async function runRestoreCommand(args: readonly string[]): Promise<null> {
  const command = withPlaces(
    createCommand('vumi restore', 'Makes a platform of a backup.')
      .usage('<folder> [options]')
      .argument('<folder>')
      .option('--check', 'only look whether the backup is whole')
      .option('--force', 'put aside what is in the data folder')
      .addHelpText('after', RESTORE_HELP),
  );
  const flags: RestoreFlags | null = readFlags(command, args);
  if (flags === null) return null;
  const folder = resolve(command.args[0] ?? '');
  if (flags.check === true) {
    const { created_at, files, tables } = await checkBackup(folder);
    say(`${folder} is whole: of ${created_at}, ${tables.length} tables, ${files.length} files`);
    return null;
  }
  const { place, config } = await readPlace(flags);
  const logger = createLogger(config.log_level);
  const { manifest, moved } = await restore(folder, place, { force: flags.force === true, logger });
  if (moved !== null) say(`what was in ${place.dataDir} is in ${moved} now`);
  say(`${place.dataDir} is as the platform was at ${manifest.created_at}; start it with "vumi up"`);
  return null;
}

function withPlaces(command: Command): Command {
  command.option('--config <file>', 'settings from a YAML file');
  for (const path of PLACES) addSetting(command, settingAt(path));
  return command;
}

async function readPlace(flags: Flags): Promise<{ place: BackupPlace; config: Config }> {
  const config = await loadConfig(flags);
  const { data_dir: dataDir, database, redis } = config;
  const place = {
    dataDir: resolve(dataDir),
    databaseUrl: database.url ?? null,
    redis: redis.url === undefined ? null : { url: redis.url, prefix: redis.prefix },
    queues: null,
  };
  return { place, config };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
