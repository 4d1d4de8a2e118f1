import type { Command } from 'commander';
import { callAssigned } from '../assignments.ts';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { table } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface Interface {
  readonly account: string;
  readonly name: string;
  readonly dialect: string;
  readonly active: boolean;
  readonly message_url: string | null;
  readonly event_url: string | null;
}

interface Token {
  readonly id: string;
  readonly label: string;
}

/** Beside what it was made of: the password of a new interface, shown this once; null where it has one. */
type SetInterface = Interface & { readonly password: string | null };

export function addInterfaceCommands(program: Command): void {
  const door = program
    .command('interface')
    .description(
      'interfaces: doors for programs that were written for Kannel, Jasmin, Junebug, Vumi Go or SMS Gateway (capcom6)',
    );
  addSet(door);
  withExample(
    door.command('list').description('list the interfaces of an account'),
    'npx vumi interface list',
  ).action(list);
  withExample(
    door
      .command('rm')
      .argument('<name>')
      .description('close an interface and forget it, with the routes that lead to it and its tokens'),
    'npx vumi interface rm kannel',
  ).action(async (name: string, _options: object, command: Command) => {
    const session = openSession(command);
    const account = await session.account();
    await session.client.call('DELETE', path`/accounts/${account}/interfaces/${name}`);
    const tokens = await tokensOf(session, { account, name });
    for (const { id } of tokens) await session.client.call('DELETE', path`/accounts/${account}/tokens/${id}`);
    session.show({ removed: name, tokens: tokens.length }, () => `Interface ${name} is gone.\n`);
  });
}

function addSet(door: Command): void {
  const set = door
    .command('set')
    .argument('<name>', 'also the name that programs sign in with')
    .argument(
      '[option=value...]',
      'what differs from the defaults: message_url, event_url, status_url, transport, stream, character_limit, …',
    )
    .requiredOption('--dialect <dialect>', 'kannel, jasmin, junebug, vumi_go or capcom6')
    .description(
      'open an interface or change it; options that are not named get their defaults. A new one gets a token, its password, which is shown this once',
    );
  withExample(
    set,
    'npx vumi interface set clinic --dialect junebug message_url=https://clinic.example/inbound',
    "npx vumi interface set kannel --dialect kannel 'message_url=https://crm.example/sms?from=%p&text=%a'",
  ).action(async (name: string, assignments: string[], options: { dialect: string }, command: Command) => {
    const session = openSession(command);
    const account = await session.account();
    const address = path`/accounts/${account}/interfaces/${name}`;
    const made = await callAssigned(assignments, (values) =>
      session.client.call<Interface>('PUT', address, { body: { ...values, dialect: options.dialect } }),
    );
    const password = await passwordOf(session, { account, name });
    session.show({ ...made, password } satisfies SetInterface, () => describe({ ...made, password }));
  });
}

/** Issues the interface's first token. */
async function passwordOf(
  session: Session,
  { account, name }: Pick<Interface, 'account' | 'name'>,
): Promise<string | null> {
  if ((await tokensOf(session, { account, name })).length > 0) return null;
  const body = { label: name, scopes: ['messages:send', 'messages:read'] };
  const made = await session.client.call<{ token: string }>('POST', path`/accounts/${account}/tokens`, {
    body,
  });
  return made.token;
}

/** Those that are labelled as the interface is called. */
async function tokensOf(
  { client }: Session,
  { account, name }: Pick<Interface, 'account' | 'name'>,
): Promise<readonly Token[]> {
  const tokens = await client.list<Token>(path`/accounts/${account}/tokens`);
  return tokens.filter(({ label }) => label === name);
}

function describe({ name, account, dialect, active, password }: SetInterface): string {
  const state = active ? `serves ${dialect} clients of ${account}` : 'is switched off';
  const secret =
    password === null ? '' : `Its password, a token of the account, shown this once: ${password}\n`;
  return `${name} ${state}.\n${secret}`;
}

async function list(_options: object, command: Command): Promise<void> {
  const session = openSession(command);
  const account = await session.account();
  const found = await session.client.list<Interface>(path`/accounts/${account}/interfaces`);
  session.show(found, () =>
    found.length === 0
      ? `No interfaces in ${account} yet. Open one: npx vumi interface set NAME --dialect kannel\n`
      : table(
          ['NAME', 'DIALECT', 'ACTIVE', 'MESSAGES TO', 'EVENTS TO'],
          found.map((one) => [one.name, one.dialect, one.active, one.message_url, one.event_url]),
        ),
  );
}
