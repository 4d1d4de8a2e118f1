import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { table } from '../output.ts';
import { exportRows } from '../records/export-rows.ts';
import { kvTarget, type KvEntry } from '../records/kv.ts';
import { runImport, type ImportFlags } from '../records/run-import.ts';
import { openSession } from '../session.ts';

interface Owner {
  readonly user?: string;
}

/** `vumi kv`: what apps keep. */
export function addKvCommands(program: Command): void {
  const kv = program
    .command('kv')
    .description('what an app keeps: app.state, or the kv of an app of Vumi Go');
  addList(kv);
  addSingle(kv);
  addImport(kv);
  addExport(kv);
}

function ofUser(command: Command): Command {
  return command.option('--user <address>', 'what the app keeps of one user (app.user)');
}

function addList(kv: Command): void {
  const list = ofUser(
    kv
      .command('list')
      .argument('<app>')
      .argument('[prefix]', 'only keys that begin so')
      .description('list keys and values, by key')
      .option('-n, --limit <count>', 'how many at most', '50'),
  );
  withExample(list, 'npx vumi kv list clinic users.').action(
    async (app: string, prefix: string | undefined, options: Owner & { limit: string }, command: Command) => {
      const session = openSession(command);
      const address = path`/accounts/${await session.account()}/apps/${app}/state`;
      const found = await session.client.list<KvEntry>(address, {
        query: { prefix, user: options.user },
        limit: Number(options.limit) || 50,
      });
      session.show(found, () =>
        found.length === 0
          ? 'Nothing is kept.\n'
          : table(
              ['KEY', 'VALUE'],
              found.map(({ key, value }) => [key, JSON.stringify(value)]),
            ),
      );
    },
  );
}

function addSingle(kv: Command): void {
  withExample(
    ofUser(kv.command('get').argument('<app>').argument('<key>').description('show one value')),
    'npx vumi kv get quiz scores',
  ).action(async (app: string, key: string, { user }: Owner, command: Command) => {
    const session = openSession(command);
    const address = path`/accounts/${await session.account()}/apps/${app}/state/${key}`;
    const found = await session.client.call<KvEntry>('GET', address, { query: { user } });
    session.show(found, () => `${JSON.stringify(found.value, null, 2)}\n`);
  });
  withExample(
    ofUser(
      kv
        .command('set')
        .argument('<app>')
        .argument('<key>')
        .argument('<value>', 'JSON; what is none is a text')
        .description('set one value')
        .option('--ttl <seconds>', 'forget it after so long'),
    ),
    'npx vumi kv set quiz round 3',
  ).action(
    async (
      app: string,
      key: string,
      value: string,
      ...[{ user, ttl }, command]: [Owner & { ttl?: string }, Command]
    ) => {
      const session = openSession(command);
      const address = path`/accounts/${await session.account()}/apps/${app}/state/${key}`;
      const until = ttl === undefined ? {} : { ttl: Number(ttl) };
      const made = await session.client.call<KvEntry>('PUT', address, {
        query: { user },
        body: { value: jsonOrText(value), ...until },
      });
      session.show(made, () => `${key} is ${JSON.stringify(made.value)}.\n`);
    },
  );
  withExample(
    ofUser(kv.command('rm').argument('<app>').argument('<key>').description('forget one value')),
    'npx vumi kv rm quiz round',
  ).action(async (app: string, key: string, { user }: Owner, command: Command) => {
    const session = openSession(command);
    const address = path`/accounts/${await session.account()}/apps/${app}/state/${key}`;
    await session.client.call('DELETE', address, { query: { user } });
    session.show({ removed: key }, () => `${key} is forgotten.\n`);
  });
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function addImport(kv: Command): void {
  const command = ofUser(
    kv
      .command('import')
      .argument('<app>')
      .argument(
        '<file>',
        'an object of keys and values as JSON; NDJSON or CSV of key, value, ttl; "-": standard input',
      )
      .description('set many values; what is so already is left alone')
      .option('--format <format>', 'csv, ndjson or json (default: by the name of the file)')
      .option('--strip <prefix>', 'what keys in the file begin with and are not called here')
      .option('--dry-run', 'only say what would be done'),
  );
  withExample(command, 'npx vumi kv import clinic kv.json').action(
    async (app: string, file: string, flags: ImportFlags & Owner & { strip?: string }, command: Command) => {
      const session = openSession(command);
      const account = await session.account();
      const { user, strip } = flags;
      const target = kvTarget({ client: session.client, account, app, user, strip });
      await runImport(session, { what: 'kv', file, target, flags });
    },
  );
}

function addExport(kv: Command): void {
  const command = ofUser(
    kv
      .command('export')
      .argument('<app>')
      .argument('[prefix]', 'only keys that begin so')
      .description('write keys and values to standard output; how long they are kept is not told')
      .option('--format <format>', 'csv or ndjson', 'ndjson'),
  );
  withExample(command, 'npx vumi kv export clinic > kv.ndjson').action(
    async (
      app: string,
      prefix: string | undefined,
      options: Owner & { format: string },
      command: Command,
    ) => {
      const session = openSession(command);
      const address = path`/accounts/${await session.account()}/apps/${app}/state`;
      const query = { prefix, user: options.user, limit: 200 };
      const all = await session.client.list<KvEntry>(address, { query });
      exportRows(all, options.format, {
        columns: ['key', 'value'],
        cells: ({ key, value }) => [key, JSON.stringify(value)],
      });
    },
  );
}
