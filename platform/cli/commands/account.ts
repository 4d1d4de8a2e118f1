import type { Command } from 'commander';
import { parseAssignments } from '../assignments.ts';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { shortTime, table } from '../output.ts';
import { openSession } from '../session.ts';
import { addBilling } from './account-billing.ts';
import { addPrivateServices } from './account-private-services.ts';

interface Account {
  readonly name: string;
  readonly active: boolean;
  readonly limits: Readonly<Record<string, number>>;
  readonly can_manage_optouts: boolean;
  readonly respect_optouts: boolean;
  readonly retention_days: number | null;
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
  addLimits(account);
  addOptouts(account);
  addPrivateServices(account);
  addRetention(account);
  addBilling(account);
  addHistory(account);
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

function addLimits(account: Command): void {
  const command = account
    .command('limits')
    .argument('<name>')
    .argument('[limit=number...]', 'the whole plan; what is not named is as the platform has it')
    .option('--reset', "drop the plan: the platform's limits hold again")
    .description('show or set the limits of one message of its apps');
  withExample(command, 'npx vumi account limits acme sends=200 cpu_ms=600').action(
    async (name: string, words: string[], { reset }: { reset?: boolean }, command: Command) => {
      const session = openSession(command);
      const changes = words.length > 0 || reset === true;
      const account = changes
        ? await session.client.call<Account>('PATCH', path`/accounts/${name}`, {
            body: { limits: parseAssignments(words) },
          })
        : await session.client.call<Account>('GET', path`/accounts/${name}`);
      const limits = Object.entries(account.limits);
      session.show(account, () =>
        limits.length === 0
          ? `Account ${name} has the platform's limits.\n`
          : table(
              ['LIMIT', 'VALUE'],
              limits.map(([limit, value]) => [limit, String(value)]),
            ),
      );
    },
  );
}

function addOptouts(account: Command): void {
  const command = account
    .command('optouts')
    .argument('<name>')
    .argument('[setting=value...]', 'can_manage_optouts=true|false, respect_optouts=true|false')
    .description('show or set who may manage opt-outs, and whether who opted out gets replies only');
  withExample(command, 'npx vumi account optouts acme respect_optouts=false').action(
    async (name: string, words: string[], _options: object, command: Command) => {
      const session = openSession(command);
      const address = path`/accounts/${name}`;
      const body = parseAssignments(words);
      // The rest is for administrators.
      const own = Object.keys(body).every((setting) => setting === 'respect_optouts');
      const account =
        words.length === 0
          ? await session.client.call<Account>('GET', address)
          : await session.client.call<Account>('PATCH', own ? `${address}/settings` : address, { body });
      session.show(account, () => optoutsText(account));
    },
  );
}

function optoutsText({ can_manage_optouts: allowed, respect_optouts: respected }: Account): string {
  const sends = respected
    ? 'replies only'
    : `whatever is sent; "npx vumi account history" says who switched that off`;
  return `Its apps may ${allowed ? '' : 'not '}manage opt-outs.\nWho has opted out gets ${sends}.\n`;
}

function addRetention(account: Command): void {
  const command = account
    .command('retention')
    .argument('<name>')
    .argument('[days]', 'a number of days, or "default": as the platform has it')
    .description('show or set for how long messages, events, runs, logs and failures are kept');
  withExample(command, 'npx vumi account retention acme 90').action(
    async (name: string, days: string | undefined, _options: object, command: Command) => {
      const session = openSession(command);
      const address = path`/accounts/${name}`;
      const account =
        days === undefined
          ? await session.client.call<Account>('GET', address)
          : await session.client.call<Account>('PATCH', address, {
              body: { retention_days: keptDays(days) },
            });
      const { retention_days: kept } = account;
      session.show(account, () =>
        kept === null
          ? `Account ${name} keeps its messages as long as the platform does (setting messages.retention_days).\n`
          : `Account ${name} keeps its messages for ${kept} days; what is older is deleted for good.\n`,
      );
    },
  );
}

/** Null: as the platform has it. A word that is no number must never be taken for that. */
function keptDays(text: string): number | null {
  if (text === 'default') return null;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw usageError(`"${text}" is no number of days: write one such as 90, or "default"`);
}

interface AuditEntry {
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
}

function addHistory(account: Command): void {
  const command = account
    .command('history')
    .argument('[name]', 'the account; without it: all of them, and the tokens of administrators')
    .description('who changed an account, and who made and ended its tokens')
    .option('-n, --limit <count>', 'how many at most', '50');
  withExample(command, 'npx vumi account history acme').action(
    async (name: string | undefined, { limit }: { limit: string }, command: Command) => {
      const session = openSession(command);
      const address = name === undefined ? '/audit' : path`/accounts/${name}/audit`;
      const entries = await session.client.list<AuditEntry>(address, { limit: Number(limit) || 50 });
      session.show(entries, () =>
        table(
          ['TIME', 'WHO', 'DID', 'WHAT'],
          entries.map(({ at, actor, action, details }) => [
            shortTime(at),
            actor,
            action,
            JSON.stringify(details),
          ]),
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
