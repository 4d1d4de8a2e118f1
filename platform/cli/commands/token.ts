import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { openSession } from '../session.ts';

interface CreateOptions {
  readonly label: string;
  readonly scope?: string[];
}

export function addTokenCommands(program: Command): void {
  const token = program.command('token').description('tokens: what programs show to act for an account');
  const create = token
    .command('create')
    .description('issue a token; it is shown this once')
    .requiredOption('--label <text>', 'what the token is for')
    .option('--scope <scope...>', 'account (everything), account:read, apps:deploy or messages:send');
  withExample(create, 'npx vumi token create --account acme --label ci --scope apps:deploy').action(
    async ({ label, scope }: CreateOptions, command: Command) => {
      const session = openSession(command);
      const account = await session.account();
      const body = { label, ...(scope === undefined ? {} : { scopes: scope }) };
      const made = await session.client.call<{ token: string }>('POST', path`/accounts/${account}/tokens`, {
        body,
      });
      session.show(made, () => `${made.token}\n`);
    },
  );
}
