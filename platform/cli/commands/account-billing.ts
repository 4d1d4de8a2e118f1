import type { Command } from 'commander';
import { parseAssignments } from '../assignments.ts';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { table } from '../output.ts';
import { openSession } from '../session.ts';

interface Account {
  readonly billing: Readonly<Record<string, unknown>>;
}

/** `vumi account billing`: what one account pays for, and what happens at the end of its credit. */
export function addBilling(account: Command): void {
  const command = account
    .command('billing')
    .argument('<name>')
    .argument('[setting=value...]', 'mode, cutoff, closing_text, warn_percent, warn_below; the others stay')
    .description('show or set what it pays for, and what happens at the end of its credit');
  withExample(
    command,
    'npx vumi account billing acme mode=enforced',
    'npx vumi account billing acme cutoff=let_replies_through warn_percent=[50,10] warn_below=[20]',
  ).action(async (name: string, words: string[], _options: object, typed: Command) => {
    const session = openSession(typed);
    const address = path`/accounts/${name}`;
    const found =
      words.length === 0
        ? await session.client.call<Account>('GET', address)
        : await session.client.call<Account>('PATCH', address, {
            body: { billing: parseAssignments(words) },
          });
    session.show(found.billing, () =>
      table(
        ['SETTING', 'VALUE'],
        Object.entries(found.billing).map(([setting, value]) => [
          setting,
          Array.isArray(value) ? value.join(', ') : String(value),
        ]),
      ),
    );
  });
}
