import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { shortTime, table } from '../output.ts';
import { openSession } from '../session.ts';

interface Account {
  readonly name: string;
  readonly active: boolean;
  readonly created_at: string;
}

export function addAccountCommands(program: Command): void {
  const account = program
    .command('account')
    .description('accounts: whose apps, routes and messages are whose');
  withExample(
    account.command('create').argument('<name>').description('make an account'),
    'npx vumi account create acme',
  ).action(async (name: string, _options: object, command: Command) => {
    const session = openSession(command);
    const made = await session.client.call<Account>('POST', '/accounts', { body: { name } });
    session.show(
      made,
      () => `Account ${made.name} is there. Deploy an app: npx vumi app deploy DIR --account ${made.name}\n`,
    );
  });
  addSwitch(account, 'activate', true);
  addSwitch(account, 'deactivate', false);
  withExample(account.command('list').description('list accounts'), 'npx vumi account list').action(
    async (_options: object, command: Command) => {
      const session = openSession(command);
      const accounts = await session.client.list<Account>('/accounts');
      session.show(accounts, () =>
        accounts.length === 0
          ? 'No accounts yet. Make one: npx vumi account create NAME\n'
          : table(
              ['ACCOUNT', 'ACTIVE', 'CREATED'],
              accounts.map(({ name, active, created_at }) => [name, active, shortTime(created_at)]),
            ),
      );
    },
  );
}

function addSwitch(account: Command, verb: 'activate' | 'deactivate', active: boolean): void {
  const effect = active ? 'it receives and sends again' : 'its messages stop at once, in both directions';
  const command = account.command(verb).argument('<name>').description(`${verb} an account: ${effect}`);
  withExample(command, `npx vumi account ${verb} acme`).action(
    async (name: string, _options: object, command: Command) => {
      const session = openSession(command);
      const changed = await session.client.call<Account>('PATCH', path`/accounts/${name}`, {
        body: { active },
      });
      session.show(changed, () => `Account ${name} is ${active ? 'active' : 'inactive'}: ${effect}.\n`);
    },
  );
}
