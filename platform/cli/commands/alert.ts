import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { shortTime, table } from '../output.ts';
import { openSession } from '../session.ts';
import { readReceiverSettings, withReceiverSettings, type ReceiverSettings } from './receiver-settings.ts';
import { addReceiverCommands, describeReceiver, type ReceiverKind, type Webhook } from './receivers.ts';

interface Alert {
  readonly id: string;
  readonly account: string | null;
  readonly kind: string;
  readonly subject: string;
  readonly level: string;
  readonly message: string;
  readonly raised_at: string;
  readonly cleared_at: string | null;
}

interface ListOptions {
  readonly limit: string;
  readonly kind?: string;
  readonly cleared?: boolean;
  /** Of the platform and of all accounts. */
  readonly all?: boolean;
}

const OF_PLATFORM: ReceiverKind = {
  command: 'alert receiver',
  one: 'a receiver of alerts',
  many: "the platform's receivers of alerts",
  none: 'Nobody is told of alerts yet. Add somebody: npx vumi alert receiver add NAME URL\n',
  place: async () => '/alerts/receivers',
};

export function addAlertCommands(program: Command): void {
  const alert = program
    .command('alert')
    .description('alerts: what somebody has to look after, and who is told');
  addList(alert);
  const receiver = alert
    .command('receiver')
    .description(
      'who is told of all alerts by signed webhooks (administrators); an account uses vumi webhook',
    );
  addReceiver(receiver);
  addReceiverCommands(receiver, OF_PLATFORM);
}

function addList(alert: Command): void {
  const list = alert
    .command('list')
    .description('list what is to be looked after, newest first')
    .option('-n, --limit <count>', 'how many at most', '50')
    .option('--kind <kind>', 'only these, such as transport')
    .option('--cleared', 'those that are over, too')
    .option('--all', 'of the platform and of all accounts (administrators)');
  withExample(list, 'npx vumi alert list --all', 'npx vumi alert list --account acme --cleared').action(
    async ({ limit, kind, cleared, all }: ListOptions, command: Command) => {
      const session = openSession(command);
      const most = Number(limit);
      if (!Number.isInteger(most) || most < 1)
        throw usageError(`--limit is a number of alerts, not "${limit}"`);
      const place = all === true ? '/alerts' : path`/accounts/${await session.account()}/alerts`;
      const query = { kind, state: cleared === true ? undefined : 'open', limit: Math.min(most, 500) };
      const found = await session.client.list<Alert>(place, { query, limit: most });
      session.show(found, () => (found.length === 0 ? 'Nothing is to be looked after.\n' : listText(found)));
    },
  );
}

function listText(alerts: readonly Alert[]): string {
  return table(
    ['SINCE (UTC)', 'UNTIL', 'LEVEL', 'KIND', 'ACCOUNT', 'MESSAGE'],
    alerts.map(({ raised_at, cleared_at, level, kind, account, message }) => [
      shortTime(raised_at),
      cleared_at === null ? null : shortTime(cleared_at),
      level,
      kind,
      account,
      message,
    ]),
  );
}

function addReceiver(receiver: Command): void {
  const add = receiver
    .command('add')
    .argument('<name>')
    .argument('[url]', 'where it is POSTed to; without it one that is there keeps what is not named')
    .description('tell a receiver of all alerts; shows the secret that signs them, once');
  withExample(withReceiverSettings(add), 'npx vumi alert receiver add ops https://ops.example/alerts').action(
    async (name: string, url: string | undefined, options: ReceiverSettings, command: Command) => {
      const session = openSession(command);
      const body = { url, ...readReceiverSettings(options) };
      const address = (await OF_PLATFORM.place(session)) + path`/${name}`;
      const made = await session.client.call<Webhook>(url === undefined ? 'PATCH' : 'PUT', address, { body });
      session.show(made, () => describeReceiver(made));
    },
  );
}
