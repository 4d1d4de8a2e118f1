import type { Command } from 'commander';
import { parseAssignments } from '../assignments.ts';
import { path } from '../client.ts';
import { confirm } from '../confirm.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { shortTime, table } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface TagPool {
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly free: number;
  readonly in_use: number;
}

interface Tag {
  readonly pool: string;
  readonly tag: string;
  readonly acquired_at: string | null;
  readonly owner: string | null;
  readonly reason: Readonly<Record<string, unknown>> | null;
}

interface Whose {
  readonly platform?: boolean;
}

/** `vumi tagpool`: pools of numbers and names that are handed out and come back. */
export function addTagPoolCommands(program: Command): void {
  const tagpool = program
    .command('tagpool')
    .description('tag pools: what lies ready to be handed out, such as numbers, and comes back');
  addPoolCommands(tagpool);
  addAcquire(tagpool);
  addRelease(tagpool);
  addTagLists(tagpool);
}

/** Pools of the account, unless they are to be the platform's. */
function withWhose(command: Command): Command {
  return command.option('--platform', "the platform's pools, not those of the account (administrators)");
}

async function baseOf(session: Session, { platform = false }: Whose): Promise<string> {
  return platform ? '' : path`/accounts/${await session.account()}`;
}

function addPoolCommands(tagpool: Command): void {
  withExample(
    withWhose(tagpool.command('list').description('list the pools')),
    'npx vumi tagpool list --platform',
  ).action(async (options: Whose, command: Command) => {
    const session = openSession(command);
    const pools = await session.client.list<TagPool>(`${await baseOf(session, options)}/tagpools`);
    session.show(pools, () =>
      pools.length === 0
        ? 'No tag pools yet: npx vumi tagpool declare POOL TAG…\n'
        : table(
            ['POOL', 'FREE', 'IN USE', 'METADATA'],
            pools.map(({ name, free, in_use, metadata }) => [name, free, in_use, JSON.stringify(metadata)]),
          ),
    );
  });
  withExample(
    withWhose(
      tagpool
        .command('declare')
        .description('add tags to a pool, which is made when it is new; those that are there stay')
        .argument('<pool>')
        .argument('[tags...]', 'their names')
        .option('--metadata <name=value...>', 'what is said of the pool, in place of what was said'),
    ),
    'npx vumi tagpool declare shortcodes 8001 8002 8003',
    'npx vumi tagpool declare shortcodes --metadata transport_type=sms country=za',
  ).action(
    async (pool: string, tags: string[], options: Whose & { metadata?: string[] }, command: Command) => {
      const session = openSession(command);
      const metadata = options.metadata === undefined ? undefined : parseAssignments(options.metadata);
      const declared = await session.client.call<TagPool>(
        'PUT',
        `${await baseOf(session, options)}${path`/tagpools/${pool}`}`,
        {
          body: { tags, metadata },
        },
      );
      session.show(declared, () => `${pool}: ${declared.free} free, ${declared.in_use} in use.\n`);
    },
  );
  withExample(
    withWhose(
      tagpool
        .command('purge')
        .description('delete a pool with its tags; none of them may be in use')
        .argument('<pool>')
        .option('--yes', 'do not ask'),
    ),
    'npx vumi tagpool purge shortcodes',
  ).action(async (pool: string, options: Whose & { yes?: boolean }, command: Command) => {
    const session = openSession(command);
    if (options.yes !== true) await confirm(`Delete the pool "${pool}" with its tags?`);
    await session.client.call('DELETE', `${await baseOf(session, options)}${path`/tagpools/${pool}`}`);
    session.show({}, () => `${pool} is gone.\n`);
  });
}

function addAcquire(tagpool: Command): void {
  withExample(
    withWhose(
      tagpool
        .command('acquire')
        .description('take a tag: the one that has been free for the longest time, or the one that is named')
        .argument('<pool>')
        .argument('[tag]')
        .option('--owner <name>', 'who has it from now on')
        .option('--reason <name=value...>', 'why; kept with it'),
    ),
    'npx vumi tagpool acquire shortcodes --owner clinic',
    'npx vumi tagpool acquire shortcodes 8002 --owner clinic --reason campaign=measles',
  ).action(
    async (
      pool: string,
      tag: string | undefined,
      { owner, reason, ...whose }: Whose & { owner?: string; reason?: string[] },
      command: Command,
    ) => {
      const session = openSession(command);
      const acquired = await session.client.call<Tag>(
        'POST',
        `${await baseOf(session, whose)}${path`/tagpools/${pool}/acquire`}`,
        { body: { tag, owner, reason: reason === undefined ? undefined : parseAssignments(reason) } },
      );
      session.show(acquired, () => `${acquired.tag}\n`);
    },
  );
}

function addRelease(tagpool: Command): void {
  withExample(
    withWhose(tagpool.command('release').description('give a tag back').argument('<pool>').argument('<tag>')),
    'npx vumi tagpool release shortcodes 8002',
  ).action(async (pool: string, tag: string, options: Whose, command: Command) => {
    const session = openSession(command);
    const at = `${await baseOf(session, options)}${path`/tagpools/${pool}/release`}`;
    const released = await session.client.call<Tag>('POST', at, { body: { tag } });
    session.show(released, () => `${tag} is free.\n`);
  });
}

function addTagLists(tagpool: Command): void {
  withExample(
    withWhose(
      tagpool
        .command('tags')
        .description('list free tags of a pool, in the order in which they will be taken, or others')
        .argument('[pool]')
        .option('--in-use', 'those of the pool that are in use')
        .option('--owner <name>', 'what somebody has, of all pools'),
    ),
    'npx vumi tagpool tags shortcodes --in-use',
    'npx vumi tagpool tags --owner clinic',
  ).action(
    async (
      pool: string | undefined,
      { inUse = false, owner, ...whose }: Whose & { inUse?: boolean; owner?: string },
      command: Command,
    ) => {
      if ((pool === undefined) === (owner === undefined)) throw usageError('name a pool, or an --owner');
      const session = openSession(command);
      const base = await baseOf(session, whose);
      const tags = await (pool === undefined
        ? session.client.list<Tag>(`${base}/tags`, { query: { owner } })
        : session.client.list<Tag>(`${base}${path`/tagpools/${pool}/tags`}`, {
            query: { state: inUse ? 'in_use' : 'free' },
          }));
      session.show(tags, () =>
        table(
          ['TAG', 'POOL', 'OWNER', 'SINCE', 'REASON'],
          tags.map((each) => [
            each.tag,
            each.pool,
            each.owner,
            each.acquired_at === null ? null : shortTime(each.acquired_at),
            each.reason === null ? null : JSON.stringify(each.reason),
          ]),
        ),
      );
    },
  );
}
