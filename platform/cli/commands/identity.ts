import type { Command } from 'commander';
import { path } from '../client.ts';
import { confirm } from '../confirm.ts';
import { withExample } from '../examples.ts';
import { CliError, EXIT } from '../exit.ts';
import { table } from '../output.ts';
import { openSession } from '../session.ts';

interface Identity {
  readonly id: string;
  readonly addresses: readonly { readonly type: string; readonly address: string }[];
  readonly merged_ids: readonly string[];
}

interface TypeOption {
  readonly type: string;
}

/** `vumi identity`: who is who, whatever way people come. */
export function addIdentityCommands(program: Command): void {
  const identity = program
    .command('identity')
    .description('who is who: one person with addresses on several networks; each is a contact');
  addLooks(identity);
  addCreate(identity);
  addLinks(identity);
  addMerge(identity);
}

function withType(command: Command): Command {
  return command.option('--type <type>', 'kind of the address: sms, xmpp, twitter, irc, …', 'msisdn');
}

function shown(people: readonly Identity[]): string {
  return table(
    ['ID', 'ADDRESSES'],
    people.map(({ id, addresses }) => [
      id,
      addresses.map(({ type, address }) => `${type}:${address}`).join('  '),
    ]),
  );
}

function addLooks(identity: Command): void {
  withExample(
    identity.command('list').description('list the people of an account with their addresses'),
    'npx vumi identity list',
  ).action(async (_options: object, command: Command) => {
    const session = openSession(command);
    const people = await session.client.list<Identity>(path`/accounts/${await session.account()}/identities`);
    session.show(people, () => (people.length === 0 ? 'Nobody is known yet.\n' : shown(people)));
  });
  withExample(
    withType(
      identity.command('find').description('whose an address is').argument('<address>', 'in any spelling'),
    ),
    'npx vumi identity find +27761234567',
    'npx vumi identity find thandi@example.org --type xmpp',
  ).action(async (address: string, { type }: TypeOption, command: Command) => {
    const session = openSession(command);
    const people = await session.client.list<Identity>(
      path`/accounts/${await session.account()}/identities`,
      {
        query: { type, address },
      },
    );
    if (people.length === 0) throw new CliError(EXIT.refused, `nobody is known by ${address}`);
    session.show(people[0], () => shown(people));
  });
}

function addCreate(identity: Command): void {
  withExample(
    withType(
      identity
        .command('create')
        .description('add a person with an address, who is a contact too')
        .argument('<address>')
        .option('--name <name>', 'what the person is called'),
    ),
    'npx vumi identity create +27761234567 --name Thandi',
  ).action(async (address: string, { type, name }: TypeOption & { name?: string }, command: Command) => {
    const session = openSession(command);
    const at = path`/accounts/${await session.account()}/identities`;
    const made = await session.client.call<Identity>('POST', at, {
      body: { name, addresses: [{ type, address }] },
    });
    session.show(made, () => shown([made]));
  });
}

function addLinks(identity: Command): void {
  withExample(
    withType(
      identity
        .command('link')
        .description("say that an address is a person's")
        .argument('<id>')
        .argument('<address>')
        .option('--merge', "when it is somebody else's: both are one person"),
    ),
    'npx vumi identity link 019ac0de thandi@example.org --type xmpp',
  ).action(
    async (id: string, address: string, options: TypeOption & { merge?: boolean }, command: Command) => {
      const session = openSession(command);
      const at = path`/accounts/${await session.account()}/identities/${id}/addresses`;
      const body = { type: options.type, address, merge: options.merge };
      const linked = await session.client.call<Identity>('PUT', at, { body });
      session.show(linked, () => shown([linked]));
    },
  );
  withExample(
    withType(
      identity
        .command('unlink')
        .description("say that an address is not a person's any more")
        .argument('<id>')
        .argument('<address>'),
    ),
    'npx vumi identity unlink 019ac0de thandi@example.org --type xmpp',
  ).action(async (id: string, address: string, { type }: TypeOption, command: Command) => {
    const session = openSession(command);
    const at = path`/accounts/${await session.account()}/identities/${id}/addresses`;
    const left = await session.client.call<Identity>('DELETE', at, { query: { type, address } });
    session.show(left, () => shown([left]));
  });
}

function addMerge(identity: Command): void {
  withExample(
    identity
      .command('merge')
      .description(
        'say that two are one person: the first stays, with the addresses of both; it cannot be undone',
      )
      .argument('<id>')
      .argument('<other>')
      .option('--yes', 'do not ask'),
    'npx vumi identity merge 019ac0de 019ac0df',
  ).action(async (id: string, other: string, { yes }: { yes?: boolean }, command: Command) => {
    const session = openSession(command);
    const account = await session.account();
    if (yes !== true) await confirm(`Merge ${other} into ${id}? That cannot be undone.`);
    const merged = await session.client.call<Identity>(
      'POST',
      path`/accounts/${account}/identities/${id}/merge`,
      {
        body: { other },
      },
    );
    session.show(merged, () => shown([merged]));
  });
}
