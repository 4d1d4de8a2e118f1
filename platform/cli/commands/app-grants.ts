import type { Command } from 'commander';
import { path } from '../client.ts';
import { confirm } from '../confirm.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { shortTime, table, writeAlarm } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface Grant {
  readonly scope: string;
  readonly audience: string;
  readonly lets: string;
  readonly shows_numbers: boolean;
  readonly asked: boolean;
  readonly granted_at: string | null;
  readonly granted_by: string | null;
}

interface NumberUse {
  readonly day: string;
  readonly viewer: string | null;
  readonly requests: number;
  readonly numbers: number;
}

interface Options {
  readonly for?: string;
  readonly yes?: boolean;
}

const FOR = '--for <audience>';

/** Commands about what the page of an app may do with the people of its account. */
export function addGrantCommands(app: Command): void {
  addList(app);
  addGrant(app);
  addWithdraw(app);
  addNumberUses(app);
}

function addList(app: Command): void {
  const list = app
    .command('grants')
    .argument('<name>')
    .description("what an app's page asks for, and what of it is granted");
  withExample(list, 'npx vumi app grants helpdesk').action(
    async (name: string, _options: object, command: Command) => {
      const session = openSession(command);
      const { items } = await session.client.call<{ items: Grant[] }>('GET', await addressOf(session, name));
      session.show(items, () => grantsText(name, items));
    },
  );
}

function grantsText(name: string, grants: readonly Grant[]): string {
  if (grants.length === 0) return `The page of ${name} asks for nothing that has to be granted.\n`;
  return table(
    ['SCOPE', 'FOR', 'GRANTED', 'BY', 'LETS THEM'],
    grants.map((one) => [
      one.scope,
      one.audience,
      one.granted_at === null ? 'no' : shortTime(one.granted_at),
      one.granted_by,
      one.lets,
    ]),
  );
}

function addGrant(app: Command): void {
  const grant = app
    .command('grant')
    .argument('<name>')
    .argument('<scope...>', 'as "vumi app grants" lists them')
    .description("let an app's page do what its active version asks for")
    .option(FOR, 'only for members, or only for links (default: for each for which it is asked)')
    .option('-y, --yes', 'do not ask before numbers are shown in full');
  withExample(
    grant,
    'npx vumi app grant helpdesk contacts:read send:contact',
    'npx vumi app grant helpdesk contacts:number --for members',
  ).action(async (name: string, scopes: string[], options: Options, command: Command) => {
    const session = openSession(command);
    const audience = audienceOf(options);
    const address = await addressOf(session, name);
    const { items: before } = await session.client.call<{ items: Grant[] }>('GET', address);
    const wanted = before.filter((one) => scopes.includes(one.scope) && isFor(one, audience));
    await confirmNumbers(session, name, { wanted, yes: options.yes === true });
    const body = { scopes, ...(audience === undefined ? {} : { audience }) };
    const { items } = await session.client.call<{ items: Grant[] }>('POST', address, { body });
    session.show(items, () => grantsText(name, items));
  });
}

/** Numbers of patients are not shown to anybody by a slip. */
async function confirmNumbers(
  session: Session,
  name: string,
  { wanted, yes }: { readonly wanted: readonly Grant[]; readonly yes: boolean },
): Promise<void> {
  const showing = wanted.filter((one) => one.shows_numbers && one.granted_at === null);
  if (showing.length === 0) return;
  if (!session.json)
    writeAlarm(
      showing
        .map((one) => `${one.scope} lets ${one.audience} of the page of ${name} ${one.lets}.\n`)
        .concat(`Each use is counted: npx vumi app number-uses ${name}\n`)
        .join(''),
    );
  if (!yes) await confirm('Show numbers of people in full?');
}

function addWithdraw(app: Command): void {
  const withdraw = app
    .command('withdraw')
    .argument('<name>')
    .argument('<scope...>')
    .description("take scopes away from an app's page, at once")
    .option(FOR, 'only from members, or only from links');
  withExample(withdraw, 'npx vumi app withdraw helpdesk contacts:number').action(
    async (name: string, scopes: string[], options: Options, command: Command) => {
      const session = openSession(command);
      const audience = audienceOf(options);
      const account = await session.account();
      for (const scope of scopes)
        await session.client.call('DELETE', path`/accounts/${account}/apps/${name}/grants/${scope}`, {
          query: { audience },
        });
      session.show({ withdrawn: scopes }, () => `The page of ${name} has no more: ${scopes.join(', ')}.\n`);
    },
  );
}

function addNumberUses(app: Command): void {
  const uses = app
    .command('number-uses')
    .argument('<name>')
    .description("how often an app's page has shown numbers in full, to whom");
  withExample(uses, 'npx vumi app number-uses helpdesk').action(
    async (name: string, _options: object, command: Command) => {
      const session = openSession(command);
      const account = await session.account();
      const found = await session.client.list<NumberUse>(path`/accounts/${account}/apps/${name}/number-uses`);
      session.show(found, () =>
        found.length === 0
          ? `The page of ${name} has shown no number in full.\n`
          : table(
              ['DAY', 'SEEN BY', 'REQUESTS', 'NUMBERS'],
              found.map((one) => [one.day, one.viewer ?? '(own, by links)', one.requests, one.numbers]),
            ),
      );
    },
  );
}

async function addressOf(session: Session, name: string): Promise<string> {
  return path`/accounts/${await session.account()}/apps/${name}/grants`;
}

function isFor({ audience }: Grant, wanted: string | undefined): boolean {
  return wanted === undefined || audience === wanted;
}

function audienceOf({ for: audience }: Options): string | undefined {
  if (audience === undefined || audience === 'members' || audience === 'links') return audience;
  throw usageError(`--for is members or links, not "${audience}"`);
}
