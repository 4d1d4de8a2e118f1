import type { Command } from 'commander';
import { ADDRESS_FIELDS, DETAIL_FIELDS } from '@vumi/records';
import { parseAssignments } from '../assignments.ts';
import { path } from '../client.ts';
import { confirm } from '../confirm.ts';
import { withExample } from '../examples.ts';
import { table } from '../output.ts';
import { contactTarget, type ContactRecord } from '../records/contacts.ts';
import { exportRows } from '../records/export-rows.ts';
import { KnownGroups } from '../records/groups.ts';
import { runImport, type ImportFlags } from '../records/run-import.ts';
import { openSession } from '../session.ts';

const FIELDS = [...ADDRESS_FIELDS, ...DETAIL_FIELDS];

/** `vumi contacts`: the people whom an account knows. */
export function addContactCommands(program: Command): void {
  const contacts = program.command('contacts').description('contacts: the people whom an account knows');
  addList(contacts);
  addSingle(contacts);
  addImport(contacts);
  addExport(contacts);
}

function addList(contacts: Command): void {
  const list = contacts
    .command('list')
    .argument('[query]', 'only those that match, such as \'name:jane AND extras-city:"Cape Town"\'')
    .description('list contacts')
    .option('-n, --limit <count>', 'how many at most', '50');
  withExample(list, 'npx vumi contacts list', 'npx vumi contacts list \'msisdn:"+27761234567"\'').action(
    async (q: string | undefined, { limit }: { limit: string }, command: Command) => {
      const session = openSession(command);
      const address = path`/accounts/${await session.account()}/contacts`;
      const found = await session.client.list<ContactRecord>(address, {
        query: { q },
        limit: Number(limit) || 50,
      });
      session.show(found, () =>
        found.length === 0
          ? 'No contacts.\n'
          : table(
              ['KEY', 'NUMBER', 'NAME', 'SURNAME', 'GROUPS'],
              found.map(({ key, msisdn, name, surname, groups }) => [
                key,
                msisdn,
                name,
                surname,
                groups.length,
              ]),
            ),
      );
    },
  );
}

function addSingle(contacts: Command): void {
  withExample(
    contacts.command('get').argument('<key>').description('show one contact'),
    'npx vumi contacts get 6f1ed002ab5595859014ebf0951522d9',
  ).action(async (key: string, _options: object, command: Command) => {
    const session = openSession(command);
    const address = path`/accounts/${await session.account()}/contacts/${key}`;
    const contact = await session.client.call<ContactRecord>('GET', address);
    session.show(contact, () => `${JSON.stringify(contact, null, 2)}\n`);
  });
  withExample(
    contacts
      .command('set')
      .argument('<key>')
      .argument('<field=value...>', 'such as msisdn=+27761234567, name=Jane, extra={"city":"Durban"}')
      .description('change fields of a contact; makes it when it is new'),
    'npx vumi contacts set jane msisdn=+27761234567 name=Jane',
  ).action(async (key: string, words: string[], _options: object, command: Command) => {
    const session = openSession(command);
    const account = await session.account();
    const target = contactTarget({ client: session.client, account, groups: new Map(), into: [] });
    const [outcome] = await target.put([{ line: 1, fields: { ...parseAssignments(words), key } }], false);
    if (outcome instanceof Error) throw outcome;
    session.show({ key, outcome }, () => `Contact ${key}: ${outcome ?? 'same'}.\n`);
  });
  withExample(
    contacts
      .command('rm')
      .argument('<key>')
      .description('forget a person')
      .option('--yes', 'do not ask first'),
    'npx vumi contacts rm jane',
  ).action(async (key: string, { yes }: { yes?: boolean }, command: Command) => {
    const session = openSession(command);
    const account = await session.account();
    if (yes !== true) await confirm(`Forget contact ${key} of ${account}?`);
    await session.client.call('DELETE', path`/accounts/${account}/contacts/${key}`);
    session.show({ removed: key }, () => `Contact ${key} is forgotten.\n`);
  });
}

function addImport(contacts: Command): void {
  const command = contacts
    .command('import')
    .argument('<file>', 'CSV, NDJSON or JSON, as exported here or by Vumi Go; "-": standard input')
    .description('add people; what a record says goes over what is known, the rest stays')
    .option('--format <format>', 'csv, ndjson or json (default: by the name of the file)')
    .option('--group <names...>', 'groups to put everybody into; made when they are new')
    .option('--dry-run', 'only say what would be done');
  withExample(command, 'npx vumi contacts import contacts-export.csv --group clinic').action(
    async (file: string, flags: ImportFlags & { group?: string[] }, command: Command) => {
      const session = openSession(command);
      const account = await session.account();
      const { client } = session;
      const groups = await KnownGroups.of(client, account);
      const dry = flags.dryRun === true;
      const into: string[] = [];
      for (const name of flags.group ?? []) into.push(await groups.obtain(name, dry));
      const target = contactTarget({ client, account, groups: groups.keys, into });
      await runImport(session, { what: 'contacts', file, target, flags });
    },
  );
}

function addExport(contacts: Command): void {
  const command = contacts
    .command('export')
    .description('write all contacts to standard output')
    .option('--format <format>', 'csv or ndjson', 'csv');
  withExample(command, 'npx vumi contacts export > contacts.csv').action(
    async ({ format }: { format: string }, command: Command) => {
      const session = openSession(command);
      const address = path`/accounts/${await session.account()}/contacts`;
      const all = await session.client.list<ContactRecord>(address, { query: { limit: 500 } });
      const namesIn = (of: 'extra' | 'subscription') =>
        [...new Set(all.flatMap((contact) => Object.keys(contact[of])))].sort();
      const [extras, subscriptions] = [namesIn('extra'), namesIn('subscription')];
      const columns = [
        'key',
        ...FIELDS,
        'groups',
        'created_at',
        ...extras.map((name) => `extras-${name}`),
        ...subscriptions.map((name) => `subscription-${name}`),
      ];
      exportRows(all, format, {
        columns,
        cells: (contact) => [
          contact.key,
          ...FIELDS.map((field) => contact[field]),
          contact.groups.join(';'),
          contact.created_at,
          ...extras.map((name) => contact.extra[name]),
          ...subscriptions.map((name) => contact.subscription[name]),
        ],
      });
    },
  );
}
