import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { shortTime, table } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface Batch {
  readonly id: string;
  readonly name: string | null;
  readonly created_at: string;
  readonly done_at: string | null;
  readonly tags: readonly { readonly pool: string; readonly tag: string; readonly current: boolean }[];
}

interface Whose {
  readonly platform?: boolean;
}

/** `vumi batch`: messages that belong together, and what became of them. */
export function addBatchCommands(program: Command): void {
  const batch = program
    .command('batch')
    .description('batches: messages that belong together, by their tags or because you say so');
  addStart(batch);
  addDone(batch);
  addList(batch);
  addAdd(batch);
  addCounts(batch);
}

/** Batches of the account, unless they are to be the platform's. */
function withWhose(command: Command): Command {
  return command.option('--platform', "the platform's, with messages of all accounts (administrators)");
}

async function baseOf(session: Session, { platform = false }: Whose): Promise<string> {
  return platform ? '' : path`/accounts/${await session.account()}`;
}

function addStart(batch: Command): void {
  withExample(
    withWhose(
      batch
        .command('start')
        .description('start a batch: messages with these tags come to it from now on')
        .argument('[tags...]', 'each POOL:TAG')
        .option('--name <name>', 'for people'),
    ),
    'npx vumi batch start shortcodes:8001 --name "measles, May"',
  ).action(async (tags: string[], { name, ...whose }: Whose & { name?: string }, command: Command) => {
    const session = openSession(command);
    const body = { name, tags: tags.map(readTag) };
    const made = await session.client.call<Batch>('POST', `${await baseOf(session, whose)}/batches`, {
      body,
    });
    session.show(made, () => `${made.id}\n`);
  });
}

function readTag(text: string): { pool: string; tag: string } {
  const [, pool, tag] = /^([^:]+):(.+)$/s.exec(text) ?? [];
  if (pool === undefined || tag === undefined) throw usageError(`write a tag as POOL:TAG, not "${text}"`);
  return { pool, tag };
}

function addDone(batch: Command): void {
  withExample(
    withWhose(
      batch
        .command('done')
        .description('end a batch: its tags lead nowhere any more, what is in it stays')
        .argument('<id>'),
    ),
    'npx vumi batch done 0199f3c2a5de7c0f8a6b2d4e6f708192',
  ).action(async (id: string, whose: Whose, command: Command) => {
    const session = openSession(command);
    const at = `${await baseOf(session, whose)}${path`/batches/${id}/done`}`;
    const done = await session.client.call<Batch>('POST', at);
    session.show(done, () => `${id} is done.\n`);
  });
}

function addList(batch: Command): void {
  withExample(
    withWhose(batch.command('list').description('list the batches, newest first')),
    'npx vumi batch list',
  ).action(async (whose: Whose, command: Command) => {
    const session = openSession(command);
    const batches = await session.client.list<Batch>(`${await baseOf(session, whose)}/batches`, {
      limit: 500,
    });
    session.show(batches, () =>
      batches.length === 0
        ? 'No batches yet: npx vumi batch start POOL:TAG\n'
        : table(
            ['ID', 'STARTED (UTC)', 'DONE', 'NAME', 'TAGS'],
            batches.map(({ id, created_at, done_at, name, tags }) => [
              id,
              shortTime(created_at),
              done_at === null ? null : shortTime(done_at),
              name,
              tags.map(({ pool, tag }) => `${pool}:${tag}`).join(' '),
            ]),
          ),
    );
  });
}

function addAdd(batch: Command): void {
  withExample(
    withWhose(
      batch
        .command('add')
        .description('add messages that are stored already')
        .argument('<id>')
        .argument('<messages...>', 'their ids'),
    ),
    'npx vumi batch add 0199f3c2a5de7c0f8a6b2d4e6f708192 019ac0de00007000800000000000000a',
  ).action(async (id: string, messages: string[], whose: Whose, command: Command) => {
    const session = openSession(command);
    const at = `${await baseOf(session, whose)}${path`/batches/${id}/messages`}`;
    const answer = await session.client.call<{ added: number }>('POST', at, {
      body: { message_ids: messages },
    });
    session.show(answer, () => `added ${answer.added}\n`);
  });
}

function addCounts(batch: Command): void {
  withExample(
    withWhose(batch.command('counts').description('what became of the messages of a batch').argument('<id>')),
    'npx vumi batch counts 0199f3c2a5de7c0f8a6b2d4e6f708192',
  ).action(async (id: string, whose: Whose, command: Command) => {
    const session = openSession(command);
    const at = `${await baseOf(session, whose)}${path`/batches/${id}/counts`}`;
    const counts = await session.client.call<{ total: Record<string, number> }>('GET', at);
    session.show(counts, () => table(['STATUS', 'COUNT'], Object.entries(counts.total)));
  });
}
