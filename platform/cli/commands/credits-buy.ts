import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { openPage } from '../open-page.ts';
import { openSession } from '../session.ts';

interface TopUp {
  readonly id: string;
  readonly credits: string;
  readonly url: string | null;
}

/** `vumi credits buy`: asks for a top-up, and shows where it is paid. */
export function addBuy(credits: Command): void {
  const command = credits
    .command('buy')
    .argument('<amount>', 'of money, in whole units of the currency, such as 25 or 19.50')
    .argument('<currency>', 'three letters, such as usd')
    .option('--no-open', 'only print where it is paid, and open no browser')
    .description('buy credit from whoever runs the platform: opens the page where it is paid');
  withExample(command, 'npx vumi credits buy 25 usd --account acme').action(
    async (amount: string, currency: string, { open }: { readonly open: boolean }, typed: Command) => {
      const session = openSession(typed);
      const account = await session.account();
      const body = { amount, currency };
      const topUp = await session.client.call<TopUp>('POST', path`/accounts/${account}/top-ups`, { body });
      session.show(topUp, () => topUpText(account, topUp));
      if (open && !session.json && process.stdout.isTTY && topUp.url !== null) openPage(topUp.url);
    },
  );
}

function topUpText(account: string, { credits, url }: TopUp): string {
  return `${credits} credits for ${account} are paid at\n${url ?? 'no page yet: ask again'}\nOnce they are: npx vumi credits show --account ${account}\n`;
}
