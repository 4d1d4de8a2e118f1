import type { Command } from 'commander';
import { path, type Client } from '../client.ts';
import { withExample } from '../examples.ts';
import { shortTime, table } from '../output.ts';
import { exportRows } from '../records/export-rows.ts';
import { optoutTarget, type Optout } from '../records/optouts.ts';
import { runImport, type ImportFlags } from '../records/run-import.ts';
import { openSession } from '../session.ts';

const COLUMNS = ['address_type', 'address_value', 'message_id', 'created_at'] as const;

/** `vumi optouts`: who wants no more messages of an account. */
export function addOptoutCommands(program: Command): void {
  const optouts = program.command('optouts').description('opt-outs: who wants no more messages');
  addList(optouts);
  addSingle(optouts);
  addImport(optouts);
  withExample(
    optouts
      .command('export')
      .description('write all opt-outs to standard output')
      .option('--format <format>', 'csv or ndjson', 'csv'),
    'npx vumi optouts export > optouts.csv',
  ).action(async ({ format }: { format: string }, command: Command) => {
    const session = openSession(command);
    const all = await allOptouts(session.client, await session.account());
    exportRows(all, format, { columns: COLUMNS, cells: (one) => COLUMNS.map((column) => one[column]) });
  });
}

/** Everybody who wants no more messages. */
export function allOptouts(client: Client, account: string): Promise<Optout[]> {
  return client.list<Optout>(path`/accounts/${account}/optouts`, { query: { limit: 500 } });
}

function addList(optouts: Command): void {
  withExample(
    optouts
      .command('list')
      .description('list who wants no more messages')
      .option('-n, --limit <count>', 'how many at most', '50'),
    'npx vumi optouts list',
  ).action(async ({ limit }: { limit: string }, command: Command) => {
    const session = openSession(command);
    const address = path`/accounts/${await session.account()}/optouts`;
    const found = await session.client.list<Optout>(address, { limit: Number(limit) || 50 });
    session.show(found, () =>
      found.length === 0
        ? 'Nobody has opted out.\n'
        : table(
            ['TYPE', 'ADDRESS', 'SINCE', 'BY MESSAGE'],
            found.map((one) => [
              one.address_type,
              one.address_value,
              shortTime(one.created_at),
              one.message_id,
            ]),
          ),
    );
  });
}

function addSingle(optouts: Command): void {
  const typed = (command: Command): Command =>
    command.argument('<address>').option('--type <type>', 'what the address is', 'msisdn');
  withExample(
    typed(optouts.command('get')).description('whether an address has opted out'),
    'npx vumi optouts get +27761234567',
  ).action(async (address: string, { type }: { type: string }, command: Command) => {
    const session = openSession(command);
    const all = await allOptouts(session.client, await session.account());
    const plain = (text: string): string => (type === 'msisdn' ? text.replace(/^\+/, '') : text);
    const found = all.find((one) => one.address_type === type && plain(one.address_value) === plain(address));
    session.show({ opted_out: found !== undefined, ...found }, () =>
      found === undefined
        ? `${address} has not opted out.\n`
        : `${address} opted out at ${shortTime(found.created_at)}.\n`,
    );
  });
  withExample(
    typed(optouts.command('set')).description('note that an address wants no more messages'),
    'npx vumi optouts set +27761234567',
  ).action(async (address: string, { type }: { type: string }, command: Command) => {
    const session = openSession(command);
    const at = path`/accounts/${await session.account()}/optouts/${type}/${address}`;
    const made = await session.client.call<Optout>('PUT', at, { body: {} });
    session.show(made, () => `${made.address_value} gets no more messages.\n`);
  });
  withExample(
    typed(optouts.command('rm')).description('the address wants messages again'),
    'npx vumi optouts rm +27761234567',
  ).action(async (address: string, { type }: { type: string }, command: Command) => {
    const session = openSession(command);
    await session.client.call(
      'DELETE',
      path`/accounts/${await session.account()}/optouts/${type}/${address}`,
    );
    session.show({ removed: address }, () => `${address} gets messages again.\n`);
  });
}

function addImport(optouts: Command): void {
  const command = optouts
    .command('import')
    .argument('<file>', 'CSV, NDJSON or JSON, as exported here or listed by Vumi Go; "-": standard input')
    .description('note who wants no more messages')
    .option('--format <format>', 'csv, ndjson or json (default: by the name of the file)')
    .option('--dry-run', 'only say what would be done');
  withExample(command, 'npx vumi optouts import optouts.csv').action(
    async (file: string, flags: ImportFlags, command: Command) => {
      const session = openSession(command);
      const account = await session.account();
      const known = await allOptouts(session.client, account);
      const target = optoutTarget(session.client, account, known);
      await runImport(session, { what: 'opt-outs', file, target, flags });
    },
  );
}
