import type { Command } from 'commander';
import { parseAssignments } from '../assignments.ts';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { table } from '../output.ts';
import { openSession } from '../session.ts';

interface Price {
  readonly id: string;
  readonly account: string | null;
  readonly route: string | null;
  readonly transport: string | null;
  readonly direction: string;
  readonly prefix: string | null;
  readonly per_segment: string;
  readonly per_message: string;
  readonly per_session: string;
  readonly refund: string;
}

/** `vumi price`: what messages cost. */
export function addPriceCommands(program: Command): void {
  const price = program
    .command('price')
    .description('what messages cost the accounts that pay (administrators)');
  withExample(price.command('list').description('list prices'), 'npx vumi price list').action(
    async (_options: object, typed: Command) => {
      const session = openSession(typed);
      const { items } = await session.client.call<{ items: Price[] }>('GET', '/prices');
      session.show(items, () =>
        items.length === 0
          ? 'No prices: each segment that is sent costs 1 credit, and what arrives costs nothing.\n'
          : pricesText(items),
      );
    },
  );
  const set = price
    .command('set')
    .argument(
      '<setting=value...>',
      'account, route, transport, direction, prefix; per_segment, per_message, per_session; refund',
    )
    .description('set what messages cost, in place of the price for the same; the closest one counts');
  withExample(
    set,
    'npx vumi price set prefix=27 per_segment=0.8',
    'npx vumi price set account=acme transport=mno per_segment=0.65 refund=refused',
    'npx vumi price set account=acme route=surveys per_segment=0.5',
    'npx vumi price set direction=inbound per_message=0.1',
  ).action(async (words: string[], _options: object, typed: Command) => {
    const session = openSession(typed);
    const given = parseAssignments(words);
    // Digits, which JSON takes for a number.
    const body = 'prefix' in given ? { ...given, prefix: String(given['prefix']) } : given;
    const made = await session.client.call<Price>('POST', '/prices', { body });
    session.show(made, () => pricesText([made]));
  });
  const remove = price
    .command('remove')
    .argument('<id>', 'as "price list" shows it')
    .description('remove a price; what was charged at it stays as it is');
  withExample(remove, 'npx vumi price remove 4').action(
    async (id: string, _options: object, typed: Command) => {
      const session = openSession(typed);
      await session.client.call('DELETE', path`/prices/${id}`);
      session.show({ removed: id }, () => `Price ${id} is gone.\n`);
    },
  );
}

function pricesText(prices: readonly Price[]): string {
  return table(
    ['ID', 'ACCOUNT', 'ROUTE', 'TRANSPORT', 'DIRECTION', 'PREFIX', 'SEGMENT', 'MESSAGE', 'SESSION', 'REFUND'],
    prices.map(({ id, account, route, transport, direction, prefix, ...units }) => [
      id,
      account ?? 'all',
      route ?? 'any',
      transport ?? 'any',
      direction,
      prefix ?? 'any',
      units.per_segment,
      units.per_message,
      units.per_session,
      units.refund,
    ]),
  );
}
