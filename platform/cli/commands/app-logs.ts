import { printable } from '@vumi/core';
import type { Command } from 'commander';
import { path, type Client } from '../client.ts';
import { withExample } from '../examples.ts';
import { oneLine, shortTime, write, writeJson } from '../output.ts';
import { openSession } from '../session.ts';
import { packed } from './app-deploy.ts';

interface LogRow {
  readonly level: string;
  readonly text: string;
  readonly message_id: string | null;
  readonly fields?: Record<string, unknown> | null;
  readonly timestamp: string;
}

interface LogsOptions {
  readonly follow?: boolean;
  readonly limit: string;
  readonly level?: string;
}

/** `vumi app logs NAME`. */
export function addAppLogs(app: Command): void {
  const logs = app.command('logs').argument('<name>');
  withExample(withLogOptions(logs), 'npx vumi app logs hello -f').action(showLogs);
}

/** `vumi logs`: the same for an author in his folder. */
export function addLogsCommand(program: Command): void {
  const logs = program.command('logs').argument('[name]', 'the app (default: the one in this folder)');
  withExample(withLogOptions(logs), 'npx vumi logs -f', 'npx vumi logs clinic --level warn').action(
    (name: string | undefined, options: LogsOptions, command: Command) =>
      showLogs(name ?? packed('.').name, options, command),
  );
}

function withLogOptions(logs: Command): Command {
  return logs
    .description('what an app logged, and its errors')
    .option('-f, --follow', 'stay and show what comes; stop with Ctrl-C')
    .option('-n, --limit <count>', 'how many at most', '100')
    .option('-l, --level <level>', 'only this level and more important ones: debug, info, warn, error');
}

async function showLogs(name: string, options: LogsOptions, command: Command): Promise<void> {
  const session = openSession(command);
  const address = path`/accounts/${await session.account()}/apps/${name}/logs`;
  const query = {
    limit: options.limit,
    ...(options.level === undefined ? {} : { level: options.level }),
  };
  if (options.follow === true)
    return follow(session.client, address, { ...query, follow: true }, session.json);
  const { items } = await session.client.call<{ items: LogRow[] }>('GET', address, { query });
  session.show(items, () =>
    items.length === 0
      ? `${name} has logged nothing yet. Stay with it: npx vumi app logs ${name} -f\n`
      : items.map(logText).join(''),
  );
}

async function follow(
  client: Client,
  address: string,
  query: Record<string, string | boolean>,
  json: boolean,
): Promise<void> {
  let pending = '';
  for await (const text of client.stream(address, query)) {
    const lines = (pending + text).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines.filter((one) => one !== '')) {
      const row: unknown = JSON.parse(line);
      if (json) writeJson(row, false);
      else write(logText(row as LogRow));
    }
  }
}

/** Stacks keep their lines. */
function logText({ timestamp, level, text, fields }: LogRow): string {
  return `${shortTime(timestamp)} ${level.padEnd(5)} ${printable(text)}${fieldsText(fields)}\n`;
}

/** What a line says beside its text, on the same line. */
export function fieldsText(fields: LogRow['fields']): string {
  const isEmpty = fields === null || fields === undefined || Object.keys(fields).length === 0;
  return isEmpty ? '' : `  ${oneLine(JSON.stringify(fields))}`;
}
