import type { Command } from 'commander';
import { callAssigned, readJsonFile } from '../assignments.ts';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { table } from '../output.ts';
import { openSession } from '../session.ts';

interface SmppClient {
  readonly system_id: string;
  readonly account: string;
  readonly active: boolean;
  readonly modes: readonly string[];
  readonly max_binds: number;
  readonly window: number;
  readonly messages_per_second: number;
  readonly source_addrs: readonly string[];
  /** Only in the answer that made it. */
  readonly password?: string;
}

interface SetOptions {
  readonly password?: string;
  readonly file?: string;
}

export function addSmppClientCommands(program: Command): void {
  const client = program
    .command('smpp-client')
    .description('SMPP clients: systems that bind to this platform in the name of an account');
  addSet(client);
  withExample(
    client.command('list').description('list the SMPP clients of an account'),
    'npx vumi smpp-client list',
  ).action(list);
  withExample(
    client
      .command('rm')
      .argument('<system_id>')
      .description('end its binds and forget it, with the routes that lead to it (administrators)'),
    'npx vumi smpp-client rm acme',
  ).action(async (systemId: string, _options: object, command: Command) => {
    const session = openSession(command);
    await session.client.call('DELETE', path`/accounts/${await session.account()}/smpp-clients/${systemId}`);
    session.show({ removed: systemId }, () => `SMPP client ${systemId} is gone.\n`);
  });
}

function addSet(client: Command): void {
  const set = client
    .command('set')
    .argument('<system_id>')
    .argument(
      '[option=value...]',
      `what differs from the defaults: max_binds, window, messages_per_second, source_addrs='["ACME"]', …`,
    )
    .description('let a system bind, or change what it may; options that are not named get their defaults')
    .option(
      '--password <password>',
      'at most 64 characters, of which every client can send 8 (default: its own, or one that is made)',
    )
    .option('--file <file>', 'read the options from a JSON file first');
  withExample(
    set,
    'npx vumi smpp-client set acme',
    `npx vumi smpp-client set acme max_binds=4 messages_per_second=200 source_addrs='["ACME"]' transport=mno`,
  ).action(async (systemId: string, assignments: string[], options: SetOptions, command: Command) => {
    const session = openSession(command);
    const file = readJsonFile(options.file);
    const password = options.password === undefined ? {} : { password: options.password };
    const address = path`/accounts/${await session.account()}/smpp-clients/${systemId}`;
    const made = await callAssigned(assignments, (values) =>
      session.client.call<SmppClient>('PUT', address, { body: { ...file, ...values, ...password } }),
    );
    session.show(made, () => describe(made));
  });
}

function describe({ system_id, account, password, active }: SmppClient): string {
  const may = active ? `may bind for ${account}` : 'is switched off';
  return `${system_id} ${may}.\n${password === undefined ? '' : `Its password, shown this once: ${password}\n`}`;
}

async function list(_options: object, command: Command): Promise<void> {
  const session = openSession(command);
  const account = await session.account();
  const clients = await session.client.list<SmppClient>(path`/accounts/${account}/smpp-clients`);
  session.show(clients, () =>
    clients.length === 0
      ? `No SMPP clients in ${account} yet. Make one: npx vumi smpp-client set SYSTEM_ID\n`
      : table(
          ['SYSTEM_ID', 'ACTIVE', 'BINDS', 'WINDOW', 'PER SECOND', 'SENDERS', 'MODES'],
          clients.map((one) => [
            one.system_id,
            one.active,
            one.max_binds,
            one.window,
            one.messages_per_second,
            one.source_addrs.join(' '),
            one.modes.join(' '),
          ]),
        ),
  );
}
